import ArgumentParser
import QLIFCore
import QLIFFigures
import QLIFFiles

/// `qlif-render qasm`
struct QASM: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "qasm",
    abstract: "Neurons as circuits: OpenQASM 3 text.",
    discussion: """
      With --alpha, or with --model and --step, one step: of a neuron, or of neurons of a layer side by side on one \
      qubit each. A qubit re-prepares what its neuron remembers by RX, is turned by RX(theta) where the drive is \
      above 0 and leaks elsewhere, and is measured: two rotations at most, no gate of two qubits. Without these, the \
      whole spike train of one neuron, step after step on one qubit; what a step prepares is the noiseless alpha of \
      the step before.

      A model's neurons remember what they have in a run of the model without noise. The text is read by Qiskit's \
      qasm3.loads; delays are in microseconds.

      Examples:
        qlif-render qasm --alpha 0.3 --drive 0.4
        qlif-render qasm --alpha 0.3,0,0.1 --drive 0.4,-1,0 --delay 0,0,0.2 \\
          --leak rotation --output step.qasm
        qlif-render qasm --drive 0.2,0.2,0,0.35 --delay 0,0,0.08,0
        qlif-render qasm --spikes 1,0,1,1 --drive 0.25 --delay 0.1 --memory coherent
        qlif-render qasm --model m.safetensors --dataset mnist --index 7 \\
          --layer 1 --step 3 --output layer.qasm
        qlif-render qasm --model m.safetensors --dataset mnist --index 7 \\
          --layer 1 --neuron 7
      """)

  @Option(help: ArgumentHelp("The file to write, or - for standard output.", valueName: "file"))
  var output = FilePath("-")

  @OptionGroup var currents: CurrentsOptions

  @Option(
    help: ArgumentHelp(
      "What the neurons remember, a population in [0, 1] for each, 0 after a spike: makes it one step.",
      valueName: "numbers"))
  var alpha: NumberList?

  @Option(help: "The step of a model's run, counted from 0: makes it one step.")
  var step: Int?

  @Option(
    help:
      "Whether a spike train measures and prepares at every step, or is measured once. Default: the neuron's, else reprepare."
  )
  var memory: QLIF.Memory?

  @OptionGroup(title: "How the neurons are run") var circuit: CircuitOptions

  func validate() throws {
    try OutputName.check(output.description, isA: "OpenQASM 3 text", suffixes: [".qasm", ".qasm3", ".txt"])
    if currents.input.label != nil {
      throw ValidationError("--label goes with a drawing: a circuit does not say what the model sees")
    }
    if step != nil, currents.model == nil { throw ValidationError("--step goes with --model") }
    if alpha != nil, currents.model != nil {
      throw ValidationError("--alpha goes with --drive: a model's neurons remember what they have at --step")
    }
    if alpha != nil, currents.spikes != nil || currents.steps != nil {
      throw ValidationError(
        "--spikes and --steps are of a spike train, --alpha is of one step: expected one of them")
    }
    if memory != nil, alpha != nil || step != nil {
      throw ValidationError("--memory goes with a spike train: one step always prepares its memory")
    }
  }

  func run() throws {
    try output.write(Array(text().utf8))
  }

  private func text() throws -> String {
    if let alpha { return try givenStep(alpha) }
    if let step { return try modelStep(step) }
    let found = try currents.load()
    guard found.drive[0].count == 1 else {
      throw RenderError("--neuron or --step is missing: a spike train is of one neuron, a layer has one step")
    }
    return try OpenQASM.train(
      qubit(found.neuron), drive: found.drive.map { $0[0] }, delay: found.delay.map { $0[0] })
  }

  private func qubit(_ neuron: QLIF) throws -> QubitCircuit {
    var noise = QubitNoise()
    noise.relaxation = circuit.qubitT1.map { Relaxation(t1: $0) }
    return try circuit.qubit(neuron, noise, memory: memory)
  }

  /// One step with the numbers of the command line, one for each neuron.
  private func givenStep(_ alpha: NumberList) throws -> String {
    let (drive, delay) = try currents.numbers()
    let count = max(alpha.numbers.count, drive.count)
    return try OpenQASM.layer(
      qubit(currents.constants.neuron), alpha: alpha.repeated(count, "--alpha"),
      drive: NumberList(numbers: drive).repeated(count, "--drive"),
      delay: NumberList(numbers: delay).repeated(count, "--delay"))
  }

  /// One step of a model's run.
  private func modelStep(_ step: Int) throws -> String {
    let found = try currents.modelStep(step)
    return try OpenQASM.layer(
      qubit(found.neuron), alpha: found.alpha, drive: found.drive, delay: found.delay)
  }
}
