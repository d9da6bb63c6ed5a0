"""CEL as the API server speaks it: cel-cpp, the variables of an admission request, and the libraries that we use.

Of Kubernetes' libraries there are `quantity(...)` with `asInteger`, `compareTo`, `isGreaterThan`, `isLessThan`, and
`sum()` of a list of integers; strings and optionals are the engine's own. An expression that uses another library does
not compile here, and so cannot get into a policy untested.
"""

import re
from decimal import Decimal
from functools import cache
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_optional, ext_strings

T = cel.Type
BOOL, STRING = T.BOOL, T.STRING
# What an expression may name. The members of `request` are typed: a misspelt one does not compile.
REQUEST = {
    "request.operation": STRING,
    "request.name": STRING,
    "request.namespace": STRING,
    "request.subResource": STRING,
    "request.userInfo.username": STRING,
    "request.userInfo.groups": T.List(STRING),
}
ROOTS = {"object": T.DYN, "oldObject": T.DYN, "params": T.DYN, "namespaceObject": T.DYN, **REQUEST}

SUFFIXES = {
    "": Decimal(1),
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    **{s: Decimal(1000) ** i for i, s in enumerate("kMGTPE", 1)},
    **{f"{s}i": Decimal(1024) ** i for i, s in enumerate("KMGTPE", 1)},
}
QUANTITY = re.compile(r"^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([KMGTPE]i|[numkMGTPE]))?$")


class Broken(Exception):
    """What the engine says about an expression: where and why it does not compile, or fails."""


def parse_quantity(text: str) -> Decimal:
    """A Kubernetes quantity as a number. Raises `ValueError` for what is none."""
    found = QUANTITY.match(text)
    if found is None:
        raise ValueError(f"{text!r} is not a quantity")
    number, exponent, suffix = found.groups()
    return Decimal(number + (exponent or "")) * SUFFIXES[suffix or ""]


def _as_integer(quantity: dict[str, str]) -> int:
    value = _value(quantity)
    if value != value.to_integral_value():
        raise ValueError(f"{value} is not an integer")
    return int(value)


def _value(quantity: dict[str, Any]) -> Decimal:
    return Decimal(quantity["quantity"])


_QUANTITY = T.Map(STRING, STRING)  # the engine knows no opaque types: a number in a map that nothing else looks into


def _compare(name: str, result: cel.Type, compare: Any) -> cel.FunctionDecl:
    overload = cel.Overload(f"quantity_{name}", result, [_QUANTITY, _QUANTITY], True, compare)
    return cel.FunctionDecl(name, [overload])


FUNCTIONS = [
    cel.FunctionDecl(
        "quantity",
        [cel.Overload("quantity", _QUANTITY, [STRING], False, lambda s: {"quantity": str(parse_quantity(s))})],
    ),
    cel.FunctionDecl("asInteger", [cel.Overload("quantity_integer", T.INT, [_QUANTITY], True, _as_integer)]),
    _compare("compareTo", T.INT, lambda a, b: (_value(a) > _value(b)) - (_value(a) < _value(b))),
    _compare("isGreaterThan", BOOL, lambda a, b: _value(a) > _value(b)),
    _compare("isLessThan", BOOL, lambda a, b: _value(a) < _value(b)),
    cel.FunctionDecl("sum", [cel.Overload("sum_int", T.INT, [T.List(T.INT)], True, sum)]),
]


Variables = tuple[tuple[str, str], ...]
_TYPES: dict[str, cel.Type] = {}


def typed(expression: cel.Expression) -> str:
    """The name under which `environment` knows the type of what an expression evaluates to."""
    kind = expression.return_type()
    _TYPES[kind.name()] = kind
    return str(kind.name())


@cache
def environment(variables: Variables) -> cel.Env:
    """An environment with the variables, (name, type) each, that a policy has defined so far."""
    named = {f"variables.{name}": _TYPES[kind] for name, kind in variables}
    extensions = [ext_strings.ExtStrings(), ext_optional.ExtOptional()]
    return cel.NewEnv(variables={**ROOTS, **named}, functions=FUNCTIONS, extensions=extensions)


@cache
def compiled(source: str, variables: Variables = ()) -> cel.Expression:
    """Raises `Broken` with line, column and reason."""
    try:
        return environment(variables).compile(source)
    except RuntimeError as e:
        raise Broken(str(e)) from None


def evaluated(expression: cel.Expression, data: dict[str, Any]) -> Any:
    """The plain value. Raises `Broken` when it is an error."""
    try:
        result = expression.eval(data=data)
    except RuntimeError as e:
        raise Broken(str(e)) from None
    if result.type() == T.ERROR:
        raise Broken(str(result.value()))
    return result.plain_value()
