"""What noise costs: a 784-1000-10 network with noise and shots, without, and on Qiskit Aer.

    python python/benchmarks/noise.py [--repeats N] [--circuits N] [--json FILE]

The network predicts a batch of 200 for 25 steps, with and without noise in turn; medians. Time is
the processor's, of all threads together, so that other work on the machine counts less.

Aer runs the same step of one neuron as a circuit of one qubit - RX with its errors, twice, and a
measurement - with the density matrix and as many shots. Its circuits are built before, handed in
together in one job, and simulated without transpilation, as many as --circuits says.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from typing import Any

import numpy as np
from harness import machine, report
from harness.problem import CLASSES, PIXELS, Problem

SHOTS = 1024
BATCH = 200


def noises(qlif: Any) -> dict[str, Any]:
    """What is compared; the last is what Aer runs too."""
    gates: dict[str, Any] = {"depolarizing": 0.0005, "thermal": (220.0, 145.0, 0.06, 0.0)}
    return {
        "none": None,
        f"{SHOTS:,} shots": qlif.Noise(shots=SHOTS),
        "gates and readout": qlif.Noise(readout=(0.01, 0.02), **gates),
        "all": qlif.Noise(shots=SHOTS, readout=(0.01, 0.02), **gates),
    }


def aer_step_seconds(noise: Any, circuits: int) -> float | None:
    """Seconds that Aer takes for one neuron and step; None where it is not installed."""
    try:
        import qiskit
        import qiskit_aer
        from qiskit_aer.noise import (
            NoiseModel,
            ReadoutError,
            depolarizing_error,
            thermal_relaxation_error,
        )
    except ImportError:
        return None
    t1, t2, gate, rest = noise.thermal
    p01, p10 = noise.readout
    error = depolarizing_error(noise.depolarizing, 1)
    model = NoiseModel()
    relaxation = thermal_relaxation_error(t1, t2, gate, rest)
    model.add_all_qubit_quantum_error(error.compose(relaxation), "rx")
    model.add_all_qubit_readout_error(ReadoutError([[1 - p01, p01], [p10, 1 - p10]]))
    simulator = qiskit_aer.AerSimulator(method="density_matrix", noise_model=model)
    angles = np.random.default_rng(0).uniform(0, math.pi, (circuits, 2))
    job = []
    for phi, theta in angles:
        circuit = qiskit.QuantumCircuit(1, 1)
        circuit.rx(phi, 0)
        circuit.rx(theta, 0)
        circuit.measure(0, 0)
        job.append(circuit)
    simulator.run(job[:10], shots=SHOTS).result()
    # By the clock: Aer's threads wait busily, and their time is not work.
    start = time.perf_counter()
    simulator.run(job, shots=SHOTS).result().get_counts()
    return (time.perf_counter() - start) / circuits


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=30, metavar="N")
    parser.add_argument("--circuits", type=int, default=2000, metavar="N", help="of Aer's job")
    parser.add_argument("--json", metavar="FILE", help="write the results there too")
    arguments = parser.parse_args()
    here = machine.describe()
    print(machine.line(here, machine.cores()))
    import qlif

    problem = Problem(batch=BATCH, batches=1)
    images = problem.data()[0][0]
    network = qlif.Network(
        input_shape=(PIXELS,),
        steps=problem.steps,
        seed=0,
        layers=[qlif.Dense(problem.hidden, qlif.QLIF()), qlif.Dense(CLASSES, qlif.QLIF())],
    )
    times: dict[str, list[float]] = {name: [] for name in noises(qlif)}
    for _ in range(arguments.repeats + 1):
        for name, noise in noises(qlif).items():
            start = time.process_time()
            network.predict(images, noise=noise)
            times[name].append(time.process_time() - start)
    medians = {name: statistics.median(each[1:]) for name, each in times.items()}
    steps = BATCH * problem.steps * (problem.hidden + CLASSES)
    base = medians["none"]
    rows = [
        [
            name,
            f"{seconds * 1e3:.2f} ms",
            f"{seconds / base:.2f}",
            f"{seconds / steps * 1e9:.2f} ns",
        ]
        for name, seconds in medians.items()
    ]
    aer = aer_step_seconds(noises(qlif)["all"], arguments.circuits)
    results: dict[str, Any] = {"benchmark": "noise", "machine": here, "seconds": medians}
    if aer is not None:
        rows.append(["Qiskit Aer, all", "", "", f"{aer * 1e6:.1f} us"])
        results |= {"aer_step_seconds": aer, "aer_ratio": aer / (medians["all"] / steps)}
    print(
        report.table(
            ["784-1000-10, 25 steps, batch 200", "median", "x", "per neuron and step"], rows
        )
    )
    if aer is None:
        print("Qiskit Aer is not installed: left out")
    else:
        print(f"Aer / qlif, per neuron and step: {results['aer_ratio']:,.0f}")
    report.write_json(arguments.json, results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
