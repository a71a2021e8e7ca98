"""Puts the rows of all peers side by side: `python3 benches/peers/table.py target/peers/*.jsonl`.

A figure is nanoseconds an element, and in brackets how many times as long as candle-init that is.
"""
import json
import sys

OURS = "candle-init"
ORDER = [OURS, "candle", "rand_distr", "memset", "torch", "jax", "keras", "mkl"]
LAWS = ["constant", "uniform", "normal", "truncated"]
STATES = {"touched": "into memory that exists", "fresh": "into a new tensor"}


def read(paths):
    """The figures by what was measured and by whom, the least where there are several; and the failures."""
    rows, failures = {}, []
    for path in paths:
        with open(path) as file:
            for row in map(json.loads, file):
                if "failed" in row:
                    failures.append(row)
                    continue
                key = tuple(row.get(k) for k in ("law", "dtype", "state", "elements", "threads", "model", "who"))
                rows[key] = min(row, rows.get(key, row), key=lambda one: one["ns"])
    return list(rows.values()), failures


def rank(who):
    return ORDER.index(who) if who in ORDER else len(ORDER)


def figure(x):
    return f"{x:.3f}"


def bracket(x):
    return f"({x:.2f})"


def size(elements):
    for unit, one in (("Mi", 2**20), ("Ki", 2**10)):
        if elements % one == 0:
            return f"{elements // one} {unit}"
    return str(elements)


def aligned(lines, single):
    """Columns as wide as their widest cell, all flush right. After the `single` first, a ratio's column follows each
    figure's, closer to it; it has no width where there is no ratio."""
    widths = [max(map(len, column)) for column in zip(*lines)]
    gap = lambda i: "" if widths[i] == 0 else " " if i >= single and (i - single) % 2 else "   "
    return ["".join(gap(i) + cell.rjust(widths[i]) for i, cell in enumerate(line)).rstrip() for line in lines]


def beside(rows, label, what):
    """One table: a line for each label, a column for each who; figures, and ratios where candle-init has a row."""
    whos = sorted({row["who"] for row in rows}, key=rank)
    found = {}
    for row in rows:
        found.setdefault(label(row), {})[row["who"]] = row[what]
    lines = [[*label(None), *(cell for who in whos for cell in (who, ""))]]
    for key, line in found.items():
        ratio = lambda who: bracket(line[who] / line[OURS]) if OURS in line and who in line and who != OURS else ""
        shown = lambda who: figure(line[who]) if who in line else "-"
        lines.append([*key, *(cell for who in whos for cell in (shown(who), ratio(who)))])
    return aligned(lines, len(label(None)))


def laws(rows):
    label = lambda row: (size(row["elements"]), str(row["threads"])) if row else ("elements", "threads")
    rows = [row for row in rows if row["law"] in LAWS]
    groups = {}
    for row in sorted(rows, key=lambda r: (LAWS.index(r["law"]), r["dtype"] != "f32", r["state"] != "touched",
                                           r["threads"], r["elements"])):
        groups.setdefault((row["law"], row["dtype"], row["state"]), []).append(row)
    for (law, dtype, state), group in groups.items():
        print(f"\n{law}, {dtype}, {state}: {STATES.get(state, state)}; ns an element")
        print("\n".join(beside(group, label, "ns")))


def orthogonal(rows):
    label = lambda row: (str(round(row["elements"] ** 0.5)), str(row["threads"])) if row else ("n", "threads")
    rows = sorted((row for row in rows if row["law"] == "orthogonal"), key=lambda r: (r["elements"], r["threads"]))
    if rows:
        print("\northogonal, f32: an n × n matrix; seconds")
        print("\n".join(beside(rows, label, "seconds")))


def models(rows):
    rows = sorted((row for row in rows if row["law"] == "model"),
                  key=lambda r: (r["model"], r["dtype"] != "f32", rank(r["who"])))
    if not rows:
        return
    ours = {(row["model"], row["dtype"]): row["seconds"] for row in rows if row["who"] == OURS}
    lines = [["model", "dtype", "threads", "who", "seconds", "", "peak MiB"]]
    for row in rows:
        base = ours.get((row["model"], row["dtype"]))
        ratio = bracket(row["seconds"] / base) if base and row["who"] != OURS else ""
        lines.append([row["model"], row["dtype"], str(row["threads"]), row["who"], figure(row["seconds"]), ratio,
                      f"{row['peak_mib']:.0f}" if row.get("peak_mib") else "-"])
    print("\nmodels: all parameters drawn for the first time by a new process")
    print("\n".join(aligned(lines, 4)))


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            found = dict(map(str.strip, line.split(":", 1)) for line in file if ":" in line)
    except OSError:
        found = {}
    return f"{found.get('model name', 'processor unknown')}, {int(found.get('processor', 0)) + 1} logical processors"


def notes(rows, failures):
    versions = {row["who"]: row["version"] for row in rows if row.get("version")}
    print(f"\n{processor()}")
    if versions:
        print("; ".join(f"{who} {versions[who]}" for who in sorted(versions, key=rank)))
    print(f"(in brackets): how many times as long as {OURS}; above 1 is slower than it. -: not measured.")
    for code in sorted({row["code"] for row in rows if "code" in row}):
        generic = "_def" in code or "_cmpt" in code
        print(f"mkl ran {code}" + (", its generic code, as MKL does on processors that are not Intel's: its column\n"
              "says nothing about MKL on an Intel processor, where it takes other code." if generic else "."))
    for row in failures:
        partly = any(other["who"] == row["who"] for other in rows)
        print(f"{row['who']} {'stopped early' if partly else 'is not in the table'}: {row['failed']}")


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    rows, failures = read(sys.argv[1:])
    for part in (laws, orthogonal, models):
        part(rows)
    notes(rows, failures)


main()
