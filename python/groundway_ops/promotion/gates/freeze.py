"""Nothing is promoted into an environment while it is frozen."""

from groundway_ops.promotion.gates.gate import Request, Result

NAME = "freeze"


def freeze(request: Request) -> Result:
    """Passes outside all of the target's freeze windows."""
    windows = request.target.promotion.freezes
    evidence = {
        "now": request.now.isoformat(),
        "freezes": [{"begins": w.begins.isoformat(), "ends": w.ends.isoformat(), "why": w.why} for w in windows],
    }
    name = request.target.name
    inside = [w for w in windows if w.begins <= request.now < w.ends]
    if inside:
        window = max(inside, key=lambda w: w.ends)
        reason = f"{name} is frozen until {window.ends:%Y-%m-%d %H:%M %Z}: {'; '.join(w.why for w in inside)}"
        return Result(gate=NAME, passed=False, reason=reason, evidence=evidence)
    later = sorted((w for w in windows if w.begins > request.now), key=lambda w: w.begins)
    ahead = f"; the next freeze begins {later[0].begins:%Y-%m-%d %H:%M %Z}: {later[0].why}" if later else ""
    return Result(gate=NAME, passed=True, reason=f"{name} is not frozen{ahead}", evidence=evidence)
