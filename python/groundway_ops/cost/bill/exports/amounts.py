"""Amounts as exact decimals with ten places; what has more is rounded, half to even, and what went is known.

A number that is written out (CSV, JSON) is what it says. A decimal is, too. A double stands for the shortest decimal
that gives it, as it is printed. Below 1,000 a double times 10^10 is off that decimal by less than 0.002, so that
rounding it directly gives the same unless it is close to a half: only then, and above, it is printed first.
"""

from groundway_ops.cost.bill.charges import AMOUNT

WIDE = "DECIMAL(38, 20)"

MACROS = f"""
CREATE OR REPLACE TEMP MACRO wide_amount(w) AS TRY_CAST(
  CASE WHEN abs(w - TRY_CAST(w AS {AMOUNT})) = 0.00000000005 AND TRY_CAST(w AS {AMOUNT}) % 0.0000000002 <> 0
  THEN CAST(w AS {AMOUNT}) - sign(w) * 0.0000000001 ELSE TRY_CAST(w AS {AMOUNT}) END AS {AMOUNT});

CREATE OR REPLACE TEMP MACRO short_text(s) AS
  strpos(s, 'e') = 0 AND strpos(s, 'E') = 0 AND length(s) - strpos(s, '.') <= 10;

CREATE OR REPLACE TEMP MACRO text_amount(s) AS
  CASE WHEN short_text(s) THEN TRY_CAST(s AS {AMOUNT}) ELSE wide_amount(TRY_CAST(s AS {WIDE})) END;

CREATE OR REPLACE TEMP MACRO text_lost(s) AS
  CASE WHEN short_text(s) THEN 0::{WIDE} ELSE CAST(TRY_CAST(s AS {WIDE}) - text_amount(s) AS {WIDE}) END;

CREATE OR REPLACE TEMP MACRO double_amount(d) AS
  CASE WHEN abs(d) < 1000 AND abs(d * 1e10 - floor(d * 1e10) - 0.5) > 0.01 THEN CAST(d AS {AMOUNT})
  ELSE text_amount(CAST(d AS VARCHAR)) END;
"""


def exact(column: str, kind: str) -> str:
    """SQL of a column of DuckDB's type `kind` as an amount; NULL if it does not fit."""
    if kind == "VARCHAR":
        return f"text_amount(nullif({column}, ''))"
    if kind == "DOUBLE":
        return f"double_amount({column})"
    return (
        f"wide_amount(TRY_CAST({column} AS {WIDE}))"
        if kind.startswith("DECIMAL")
        else f"TRY_CAST({column} AS {AMOUNT})"
    )


def lost(column: str, kind: str) -> str:
    """SQL of what rounding took from it. Of a double it is a double: good to see how much, not to reckon with."""
    if kind == "VARCHAR":
        return f"text_lost(nullif({column}, ''))"
    if kind == "DOUBLE":
        return f"({column} - CAST(double_amount({column}) AS DOUBLE))"
    if kind.startswith("DECIMAL"):
        return f"CAST(TRY_CAST({column} AS {WIDE}) - wide_amount(TRY_CAST({column} AS {WIDE})) AS {WIDE})"
    return f"0::{WIDE}"
