#!/usr/bin/env python3
"""Makes a model by tasks of Ray.

    python ray_task.py plan.json /shared/out 8

Needs ray, and candle-init on the PATH of every node (CANDLE_INIT says where else it is). Ray tells a task nothing of the others,
so each is given its number. A task that Ray runs again, since its node was lost, keeps what is complete.
"""

import os
import subprocess
import sys

import ray

CANDLE_INIT = os.environ.get("CANDLE_INIT", "candle-init")


@ray.remote(num_cpus=1, max_retries=3, retry_exceptions=True)
def make(program, plan, out, rank, workers):
    subprocess.run([program, "make", plan, "-o", out, "--rank", str(rank), "--world", str(workers), "--quiet"], check=True)


def main():
    plan, out, workers = os.path.abspath(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    if "://" not in out:
        out = os.path.abspath(out)
    ray.init()
    ray.get([make.remote(CANDLE_INIT, plan, out, rank, workers) for rank in range(workers)])
    subprocess.run([CANDLE_INIT, "finish", plan, "-o", out], check=True)


if __name__ == "__main__":
    main()
