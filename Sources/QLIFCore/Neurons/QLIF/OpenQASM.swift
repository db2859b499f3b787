/// OpenQASM 3 text of QLIF neurons.
///
/// Only what Qiskit's `qasm3.loads` reads: literals, `rx`, `delay[...us]`, `reset` and `measure`; no gate of two
/// qubits. Numbers have as many digits as give the same double back.
package enum OpenQASM {
  /// One step of a layer, its neurons side by side: qubit j re-prepares `alpha[j]`, takes its drive or leaks, and
  /// is measured into bit j.
  ///
  /// - Parameters:
  ///   - alpha: the populations that the neurons remember; 0 after a spike.
  ///   - drive, delay: their currents u and v.
  /// - Throws: where sizes differ or a value is not allowed.
  package static func layer(
    _ neuron: QubitCircuit, alpha: [Double], drive: [Double], delay: [Double]
  ) throws(QLIFError) -> String {
    let count = alpha.count
    guard count >= 1, drive.count == count, delay.count == count else {
      throw .shape(
        "alpha, drive, delay: \(count), \(drive.count), \(delay.count) values, expected equal and some")
    }
    for (u, v) in zip(drive, delay) { try neuron.validate(drive: u, delay: v) }
    var text = head(
      "one step of \(count == 1 ? "a QLIF neuron" : "\(count) QLIF neurons")", qubits: count, bits: count)
    var state: [QubitCircuit.State] = []
    for value in alpha { state.append(try QubitCircuit.State(alpha: value)) }
    for j in 0..<count { text += prepare(alpha[j], qubit: j) }
    for j in 0..<count { text += line(neuron.action(state[j], drive: drive[j], delay: delay[j]), qubit: j) }
    for j in 0..<count { text += measure(qubit: j, bit: j) }
    return text
  }

  /// The whole spike train of a neuron, step after step on one qubit.
  ///
  /// With the memory `reprepare` every step is measured into its bit; what a step prepares is the noiseless `alpha`
  /// of the step before, since a circuit's angles are fixed before it runs. With `coherent` the qubit is left alone
  /// and measured once, after the last step, into bit 0: a measurement in between would end the memory. A spike
  /// resets the qubit.
  package static func train(_ neuron: QubitCircuit, drive: [Double], delay: [Double]) throws(QLIFError)
    -> String
  {
    let steps = drive.count
    guard steps >= 1, delay.count == steps else {
      throw .shape("drive, delay: \(steps), \(delay.count) steps, expected equal and some")
    }
    for (u, v) in zip(drive, delay) { try neuron.validate(drive: u, delay: v) }
    let isCoherent = neuron.memory == .coherent
    let perfect = try neuron.withoutGateNoise()
    let length = "\(steps) step\(steps == 1 ? "" : "s"), \(isCoherent ? "coherent" : "re-prepared")"
    var text = head("the spike train of a QLIF neuron, \(length)", qubits: 1, bits: isCoherent ? 1 : steps)
    var state = QubitCircuit.State()
    for step in 0..<steps {
      var before = state
      let isReset = step > 0 && (!isCoherent || before.fired)
      let isResting = perfect.begin(&before)
      let result = try perfect.step(&state, drive: drive[step], delay: delay[step])
      text += "// step \(step): alpha \(number(result.alpha))\(result.fires ? ", spike" : "")\n"
      if isReset { text += "reset q[0];\n" }
      if !isResting {
        if !isCoherent { text += prepare(before.alpha, qubit: 0) }
        text += line(perfect.action(before, drive: drive[step], delay: delay[step]), qubit: 0)
      }
      if !isCoherent { text += measure(qubit: 0, bit: step) }
    }
    if isCoherent { text += measure(qubit: 0, bit: 0) }
    return text
  }
}

extension OpenQASM {
  private static func head(_ what: String, qubits: Int, bits: Int) -> String {
    "OPENQASM 3.0;\ninclude \"stdgates.inc\";\n// qlif \(libraryVersion): \(what)\nqubit[\(qubits)] q;\nbit[\(bits)] m;\n"
  }

  private static func prepare(_ alpha: Double, qubit: Int) -> String {
    line(.rotate(Qubit.angle(of: alpha)), qubit: qubit)
  }

  private static func line(_ action: QubitCircuit.Action, qubit: Int) -> String {
    switch action {
    case .rotate(let theta): "rx(\(number(theta))) q[\(qubit)];\n"
    case .wait(let duration): "delay[\(number(duration))us] q[\(qubit)];\n"
    }
  }

  private static func measure(qubit: Int, bit: Int) -> String { "m[\(bit)] = measure q[\(qubit)];\n" }

  /// The shortest decimal that is the same double.
  private static func number(_ value: Double) -> String { value == 0 ? "0.0" : "\(value)" }
}
