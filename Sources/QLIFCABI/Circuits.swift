import CQLIF
import Glibc
import QLIFCore

extension QubitCircuit {
  init(
    _ description: UnsafePointer<CChar>?, _ noise: UnsafePointer<qlif_qubit_noise>?
  ) throws(QLIFError) {
    var reader = try DescriptionReader(json(description, "description"))
    try self.init(&reader, QubitNoise(noise))
  }
}

/// Far beyond any device: the text of a circuit is some hundred bytes for each.
private let longestCircuit = 1 << 18

/// Neurons on qubits of their own, the same neuron on each.
private struct Circuits {
  private var circuits: [QubitCircuit]

  /// - Parameter noise: one for all, or one for each of `count`; NULL: perfect qubits.
  init(
    _ description: UnsafePointer<CChar>?, _ noise: UnsafePointer<qlif_qubit_noise>?, _ noiseCount: Int64,
    _ count: Int
  ) throws(QLIFError) {
    let expected = noise == nil ? [0] : [1, Int64(count)]
    guard expected.contains(noiseCount) else {
      throw .shape(
        "noise_count: \(noiseCount), expected \(noise == nil ? "0, as noise is NULL" : "1 or \(count)")")
    }
    let first = try QubitCircuit(description, noise)
    circuits = try emptyArray(max(1, Int(noiseCount)), for: "noise")
    circuits.append(first)
    for index in 1..<max(1, Int(noiseCount)) {
      guard let noise else { continue }
      circuits.append(try QubitCircuit(first, QubitNoise(noise + index)))
    }
  }

  subscript(neuron: Int) -> QubitCircuit { circuits.count == 1 ? circuits[0] : circuits[neuron] }
}

private func array(
  _ pointer: UnsafePointer<Double>?, _ name: StaticString, _ count: Int
) throws(QLIFError) -> [Double] {
  Array(UnsafeBufferPointer(start: try require(pointer, name), count: count))
}

@c @implementation
public func qlif_circuit_run(
  _ description: UnsafePointer<CChar>!, _ noise: UnsafePointer<qlif_qubit_noise>!,
  _ noise_count: Int64, _ steps: Int64, _ count: Int64, _ drive: UnsafePointer<Double>!,
  _ delay: UnsafePointer<Double>!, _ before: UnsafePointer<Double>!, _ alpha: UnsafeMutablePointer<Double>!,
  _ spikes: UnsafeMutablePointer<Double>!, _ qubits: UnsafeMutablePointer<qlif_qubit>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let (steps, count) = (try size(steps, "steps"), try size(count, "count"))
    let size = try product([steps, count], of: "steps x count")
    let circuits = try Circuits(description, noise, noise_count, count)
    let drive = try require(drive, "drive")
    let delay = try require(delay, "delay")
    func initial(_ j: Int) throws(QLIFError) -> QubitCircuit.State {
      before == nil ? QubitCircuit.State() : try QubitCircuit.State(alpha: before[j])
    }
    // All is looked at before anything is written.
    for j in 0..<count {
      let neuron = circuits[j]
      _ = try initial(j)
      for i in stride(from: j, to: size, by: count) { try neuron.validate(drive: drive[i], delay: delay[i]) }
    }
    for j in 0..<count {
      let neuron = circuits[j]
      var state = try initial(j)
      for i in stride(from: j, to: size, by: count) {
        let read = try neuron.step(&state, drive: drive[i], delay: delay[i])
        alpha?[i] = read.alpha
        spikes?[i] = read.fires ? 1 : 0
        qubits?[i] = state.qubit.c
      }
    }
  }
}

@c @implementation
public func qlif_circuit_layer_qasm(
  _ description: UnsafePointer<CChar>!, _ noise: UnsafePointer<qlif_qubit_noise>!, _ count: Int64,
  _ alpha: UnsafePointer<Double>!, _ drive: UnsafePointer<Double>!, _ delay: UnsafePointer<Double>!,
  _ out: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let out = try require(out, "out")
    let count = try size(count, "count", most: longestCircuit)
    try export(
      OpenQASM.layer(
        QubitCircuit(description, noise), alpha: array(alpha, "alpha", count),
        drive: array(drive, "drive", count),
        delay: array(delay, "delay", count)), to: out)
  }
}

@c @implementation
public func qlif_circuit_train_qasm(
  _ description: UnsafePointer<CChar>!, _ noise: UnsafePointer<qlif_qubit_noise>!, _ steps: Int64,
  _ drive: UnsafePointer<Double>!, _ delay: UnsafePointer<Double>!,
  _ out: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let out = try require(out, "out")
    let steps = try size(steps, "steps", most: longestCircuit)
    try export(
      OpenQASM.train(
        QubitCircuit(description, noise), drive: array(drive, "drive", steps),
        delay: array(delay, "delay", steps)),
      to: out)
  }
}

@c @implementation
public func qlif_circuit_angles(
  _ description: UnsafePointer<CChar>!, _ noise: UnsafePointer<qlif_qubit_noise>!, _ noise_count: Int64,
  _ count: Int64, _ alpha: UnsafePointer<Double>!, _ drive: UnsafePointer<Double>!,
  _ delay: UnsafePointer<Double>!, _ phi: UnsafeMutablePointer<Double>!,
  _ theta: UnsafeMutablePointer<Double>!, _ wait: UnsafeMutablePointer<Double>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let count = try size(count, "count")
    let circuits = try Circuits(description, noise, noise_count, count)
    let alpha = try require(alpha, "alpha")
    let drive = try require(drive, "drive")
    let delay = try require(delay, "delay")
    var found: [QubitCircuit.Angles] = try emptyArray(count, for: "angles")
    for j in 0..<count {
      found.append(try circuits[j].angles(alpha: alpha[j], drive: drive[j], delay: delay[j]))
    }
    for (j, angles) in found.enumerated() {
      phi?[j] = angles.phi
      theta?[j] = angles.theta
      wait?[j] = angles.wait
    }
  }
}

@c @implementation
public func qlif_network_layer_qasm(
  _ network: OpaquePointer!, _ input: UnsafePointer<qlif_input>!, _ layer: Int32, _ step: Int64,
  _ description: UnsafePointer<CChar>!, _ noise: UnsafePointer<qlif_qubit_noise>!,
  _ out: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let network = try NetworkHandle.at(network).network
    let out = try require(out, "out")
    let input = try QLIFCABI.input(input, for: network)
    guard input.batch == 1 else { throw .shape("input.batch: \(input.batch), expected 1") }
    if network.layers.indices.contains(Int(layer)) {
      _ = try size(Int64(network.layers[Int(layer)].shape.units), "the layer's neurons", most: longestCircuit)
    }
    let values = UnsafeBufferPointer(
      start: input.values, count: max(1, input.sequenceSteps) * network.features)
    let found = try network.layerStep(
      Int(step), ofLayer: Int(layer), for: values, steps: input.sequenceSteps)
    var reader = try DescriptionReader(json(description, "description"))
    let circuit = try QubitCircuit(found.neuron, QubitNoise(noise), QubitCircuit.Settings(&reader))
    try export(
      OpenQASM.layer(circuit, alpha: found.alpha, drive: found.drive, delay: found.delay), to: out)
  }
}
