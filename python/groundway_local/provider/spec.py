"""How a resource type is made of API calls: the small declarative record that each type in `resources/` has.

Attributes find their API members by name (see `names.py`), so that a spec says only what cannot be guessed. Templates
such as `"{id}"` are filled from the state, from what the API answered, and from `region`, `account` and `partition`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from groundway_local.provider.values import State

if TYPE_CHECKING:
    from groundway_local.provider.session import Api

Arguments = dict[str, Any]
# by moto as it is; with a module of emulator/patches; kept as a document by emulator/recorded
Support = Literal["emulated", "patched", "recorded"]


@dataclass(frozen=True)
class Op:
    """One API call.

    `arguments` are fixed (templates). The attributes that it carries are those that its input has a member for, or
    only `attrs`. With `each`, every changed attribute is a call of its own. `into` names the member of the input that
    takes the attributes for which the top level has no member. An update with `attrs` or `each` is a patch, which must
    clear what became null; with `whole` it replaces everything, and null is left out. `path` is a JMESPath into the
    answer. A read with `optional` may find nothing without the resource being gone.
    """

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""
    attrs: tuple[str, ...] | None = None
    each: bool = False
    into: str = ""
    whole: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Step:
    """Calls that no table can describe, for a change of `attrs`: `run(api, prior, planned)`; prior is {} at first."""

    attrs: tuple[str, ...]
    run: Callable[[Api, State, State], None]
    at_creation: bool = False  # even when nothing of attrs is set


@dataclass(frozen=True)
class Prepare:
    """Completes the arguments of the create call from `attrs`: `run(api, planned, arguments)`."""

    attrs: tuple[str, ...]
    run: Callable[[Api, State, Arguments], None]


@dataclass(frozen=True)
class Via:
    """An attribute whose value has another shape in the API. `read` is a JMESPath or a function of the answer."""

    member: str | tuple[str, ...] = ()
    write: Callable[[Any], Any] | None = None
    read: str | Callable[[dict[str, Any]], Any] = ""


@dataclass(frozen=True)
class Tagging:
    """The calls that list, set and remove tags. `listing` None: the read answer carries them."""

    listing: Op | None
    tag: Op
    untag: Op
    keys: str


Name = str | tuple[str, ...] | Via | None


@dataclass(frozen=True)
class Spec:
    """A resource type.

    - `noun`: what the API prefixes names with (`Vpc` in `VpcId`).
    - `names`: attribute, or `block.attribute`, to its member; None when it is no part of this API.
    - `computed`: attribute to template. `defaults`: what AWS chooses when nothing is set (`block.attribute` too).
    - `replace`: a new resource is needed, beyond "carried by the create call and by no update".
    - `volatile`: computed attributes that an update may change.
    - `provider_only`: attributes that tell the provider what to do and that no API call carries.
    - `unread`: attributes that the emulator takes and never reports, so that drift in them cannot be seen.
    - `filled`: blocks that AWS fills in when nobody sets them; left alone unless they are configured.
    - `prefixed`: attribute to the one that holds its prefix (`name`: `name_prefix`).
    - `enrich`: adds to the read answers what takes calls for each element.
    - `checks`: attribute (`block.attribute` too) to `operation.Member.Inner` whose constraints its values must meet at
      plan time; for what Step, Prepare and Via functions carry, which nobody can look into.
    - `support`: who carries it out.
    - `import_id`: template of the import id when it is not the id.
    """

    service: str
    noun: str
    create: Op
    id: str
    read: tuple[Op, ...] = ()
    delete: Op | None = None
    update: tuple[Op | Step, ...] = ()
    names: Mapping[str, Name] = field(default_factory=dict)
    computed: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    replace: tuple[str, ...] = ()
    volatile: tuple[str, ...] = ()
    provider_only: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()
    prefixed: Mapping[str, str] = field(default_factory=dict)
    prepare: Prepare | None = None
    enrich: Callable[[Api, dict[str, Any]], None] | None = None
    before_delete: Callable[[Api, State], None] | None = None
    tagging: Tagging | None = None
    import_id: str = ""
    checks: Mapping[str, str] = field(default_factory=dict)
    support: Support = "emulated"


ALWAYS_PROVIDER_ONLY = ("id", "region", "timeouts")
