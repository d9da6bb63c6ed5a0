"""Tags, however an export spells them: `team`, `user:team` and `user_team` are one; `Team` is another."""

from groundway_ops.cost.bill.charges import TAGS

PREFIXES = ("", "user:", "user_")  # FOCUS has none; CUR 2.0 `user_`; the console and older exports `user:`

KEYS: dict[str, tuple[str, ...]] = {  # CUR 2.0 writes `_` for `-`
    tag: tuple(prefix + name for prefix in PREFIXES for name in dict.fromkeys((tag.replace("_", "-"), tag)))
    for tag in TAGS
}


def tag(column: str, name: str) -> str:
    """SQL of a cost tag of a map. One without a value counts as missing."""
    values = ", ".join(f"nullif({column}['{key}'], '')" for key in KEYS[name])
    return f"coalesce({values})"


def others(column: str) -> str:
    """SQL of the other tags of a map: a JSON object with sorted keys, `user` cut off and `aws_` as `aws:`."""
    ours = ", ".join(f"'{key}'" for keys in KEYS.values() for key in keys)
    name = (
        "CASE WHEN starts_with(e.key, 'user:') OR starts_with(e.key, 'user_') THEN e.key[6:] "
        "WHEN starts_with(e.key, 'aws_') THEN 'aws:' || e.key[5:] ELSE e.key END"
    )
    entries = f"list_filter(map_entries({column}), lambda e: e.key NOT IN ({ours}) AND e.value <> '')"
    written = f"list_sort(list_transform({entries}, lambda e: to_json({name}) || ':' || to_json(e.value)))"
    return f"nullif('{{' || array_to_string({written}, ',') || '}}', '{{}}')"
