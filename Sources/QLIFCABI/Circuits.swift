import CQLIF
import Glibc
import QLIFCore

// In the order of the header's values.
private let memories: [QubitNeuron.Memory] = [.reprepare, .coherent]
private let leakForms: [QubitNeuron.LeakForm] = [.delay, .rotation]
private let clocks: [QubitNeuron.DelayClock] = [.relative, .absolute]

extension QubitNeuron {
  init(
    _ config: UnsafePointer<qlif_circuit_config>?, _ noise: UnsafePointer<qlif_qubit_noise>?
  ) throws(QLIFError) {
    let c = try need(config, "config").pointee
    guard Int(c.neuron.kind) == Int(QLIF_NEURON_QLIF) else {
      throw .invalid("config.neuron.kind: \(c.neuron.kind), expected \(QLIF_NEURON_QLIF)")
    }
    try self.init(
      QLIF(c.neuron), QubitNoise(noise), memory: choice(c.memory, memories, "memory"),
      leakForm: choice(c.leak, leakForms, "leak"), clock: choice(c.clock, clocks, "clock"))
  }
}

@c @implementation
public func qlif_circuit_config_default(_ out: UnsafeMutablePointer<qlif_circuit_config>!) -> qlif_status {
  door { () throws(QLIFError) in
    let out = try need(out, "out")
    var c = qlif_circuit_config()
    c.neuron = QLIF().c
    out.pointee = c
  }
}

/// A count from C, at least 1.
private func size(_ value: Int64, _ name: StaticString, most: Int = .max) throws(QLIFError) -> Int {
  guard value >= 1, value <= most else {
    throw .shape("\(name): \(value), expected 1 \(most == .max ? "or more" : "to \(most)")")
  }
  return Int(value)
}

/// Far beyond any device: the text of a circuit is some hundred bytes for each.
private let longestCircuit = 1 << 18

private func array(
  _ pointer: UnsafePointer<Double>?, _ name: StaticString, _ count: Int
) throws(QLIFError) -> [Double] {
  Array(UnsafeBufferPointer(start: try need(pointer, name), count: count))
}

@c @implementation
public func qlif_circuit_run(
  _ config: UnsafePointer<qlif_circuit_config>!, _ noise: UnsafePointer<qlif_qubit_noise>!,
  _ noise_count: Int64, _ steps: Int64, _ count: Int64, _ drive: UnsafePointer<Double>!,
  _ delay: UnsafePointer<Double>!, _ before: UnsafePointer<Double>!, _ alpha: UnsafeMutablePointer<Double>!,
  _ spikes: UnsafeMutablePointer<Double>!, _ qubits: UnsafeMutablePointer<qlif_qubit>!
) -> qlif_status {
  door { () throws(QLIFError) in
    let (steps, count) = (try size(steps, "steps"), try size(count, "count"))
    let size = try product([steps, count], of: "steps x count")
    let expected = noise == nil ? [0] : [1, Int64(count)]
    guard expected.contains(noise_count) else {
      throw .shape(
        "noise_count: \(noise_count), expected \(noise == nil ? "0, as noise is NULL" : "1 or \(count)")")
    }
    let drive = try need(drive, "drive")
    let delay = try need(delay, "delay")
    func neuron(_ j: Int) throws(QLIFError) -> QubitNeuron {
      try QubitNeuron(config, noise.map { noise_count == 1 ? $0 : $0 + j })
    }
    func kept(_ j: Int) throws(QLIFError) -> QubitNeuron.Kept {
      before == nil ? QubitNeuron.Kept() : try QubitNeuron.Kept(alpha: before[j])
    }
    // All is looked at before anything is written.
    for j in 0..<count {
      let neuron = try neuron(j)
      _ = try kept(j)
      for i in stride(from: j, to: size, by: count) { try neuron.validate(drive: drive[i], delay: delay[i]) }
    }
    for j in 0..<count {
      let neuron = try neuron(j)
      var kept = try kept(j)
      for i in stride(from: j, to: size, by: count) {
        let read = try neuron.step(&kept, drive: drive[i], delay: delay[i])
        alpha?[i] = read.alpha
        spikes?[i] = read.fires ? 1 : 0
        qubits?[i] = kept.qubit.c
      }
    }
  }
}

/// `text` as a C string that the caller frees.
private func hand(
  _ text: String, to out: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) throws(QLIFError) {
  guard let copy = strdup(text) else {
    throw QLIFError(.outOfMemory, "out: no memory for \(text.utf8.count) bytes")
  }
  out.pointee = copy
}

@c @implementation
public func qlif_circuit_layer_qasm(
  _ config: UnsafePointer<qlif_circuit_config>!, _ noise: UnsafePointer<qlif_qubit_noise>!, _ count: Int64,
  _ alpha: UnsafePointer<Double>!, _ drive: UnsafePointer<Double>!, _ delay: UnsafePointer<Double>!,
  _ out: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!
) -> qlif_status {
  door { () throws(QLIFError) in
    let out = try need(out, "out")
    let count = try size(count, "count", most: longestCircuit)
    try hand(
      OpenQASM.layer(
        QubitNeuron(config, noise), alpha: array(alpha, "alpha", count), drive: array(drive, "drive", count),
        delay: array(delay, "delay", count)), to: out)
  }
}

@c @implementation
public func qlif_circuit_train_qasm(
  _ config: UnsafePointer<qlif_circuit_config>!, _ noise: UnsafePointer<qlif_qubit_noise>!, _ steps: Int64,
  _ drive: UnsafePointer<Double>!, _ delay: UnsafePointer<Double>!,
  _ out: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!
) -> qlif_status {
  door { () throws(QLIFError) in
    let out = try need(out, "out")
    let steps = try size(steps, "steps", most: longestCircuit)
    try hand(
      OpenQASM.train(
        QubitNeuron(config, noise), drive: array(drive, "drive", steps), delay: array(delay, "delay", steps)),
      to: out)
  }
}

@c @implementation
public func qlif_text_free(_ text: UnsafeMutablePointer<CChar>!) { free(text) }
