"""What the peers share: the clock, the sizes, the command line, and the rows, a line of JSON each.

`python3 measure.py FILE WHO REASON` adds the row that says that a peer failed; benches/peers/run does so.
"""
import argparse
import json
import os
import sys
import time

RUNS = 3  # at least, however long one takes
ALL_THREADS = len(os.sched_getaffinity(0))


def best(work, patience):
    """The shortest time of `work` in seconds, run three times at least and for `patience` seconds in all: other load
    on a machine only adds time. What `work` returns is freed before the clock stops."""
    least, runs, begin = float("inf"), 0, time.perf_counter()
    while runs < RUNS or time.perf_counter() - begin < patience:
        start = time.perf_counter()
        work()
        least = min(least, time.perf_counter() - start)
        runs += 1
    return least


def options(description):
    """The command line of every peer, and the sizes and the patience that follow from it."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", metavar="FILE", help="also write the rows there")
    parser.add_argument("--quick", action="store_true", help="leave the largest tensors and matrices out")
    parser.add_argument("--test", action="store_true", help="everything once and tiny: does it run at all?")
    parser.add_argument("--model", metavar="DTYPE", help=argparse.SUPPRESS)  # what a fresh process is started with
    chosen = parser.parse_args()
    chosen.runs = 1 if chosen.test else RUNS  # of what needs a process of its own
    if chosen.test:
        chosen.sizes, chosen.matrices, chosen.patience = [2**10], [64], 0.001
    elif chosen.quick:
        chosen.sizes, chosen.matrices, chosen.patience = [2**10, 2**16, 2**22, 2**24], [1024, 2048], 0.3
    else:
        chosen.sizes, chosen.matrices, chosen.patience = [2**10, 2**16, 2**22, 2**26], [1024, 2048, 4096], 0.7
    return chosen


class Rows:
    """The figures of one peer: printed, and written as soon as they are known, so that a crash keeps the others."""

    def __init__(self, path, who, version):
        self.file = open(path, "w") if path else None
        self.who = {"who": who, "version": version}

    def add(self, law, dtype, elements, state, threads, seconds, **more):
        row = {**self.who, "law": law, "dtype": dtype, "elements": elements, "state": state, "threads": threads,
               "ns": seconds / elements * 1e9, **more}
        if law in ("orthogonal", "model"):
            row["seconds"] = seconds
        print(f"{self.who['who']:<6} {law:<10} {dtype:<5} {state:<8} {elements:>10} elements, {threads} threads: "
              f"{row['ns']:.3f} ns each", flush=True)
        if self.file:
            print(json.dumps(row), file=self.file, flush=True)


def main():
    path, who, reason = sys.argv[1:]
    with open(path, "a") as file:
        print(json.dumps({"who": who, "failed": reason}), file=file)


if __name__ == "__main__":
    main()
