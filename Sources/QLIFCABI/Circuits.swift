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
private func size(_ value: Int64, _ name: StaticString) throws(QLIFError) -> Int {
  guard value >= 1 else { throw .shape("\(name): \(value), expected 1 or more") }
  return Int(value)
}

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
    let drive = UnsafeBufferPointer(start: try need(drive, "drive"), count: size)
    let delay = UnsafeBufferPointer(start: try need(delay, "delay"), count: size)
    var neurons: [QubitNeuron] = []
    for j in 0..<max(1, Int(noise_count)) { neurons.append(try QubitNeuron(config, noise.map { $0 + j })) }
    var kept: [QubitNeuron.Kept] = []
    // All is looked at before anything is written.
    for j in 0..<count {
      kept.append(before == nil ? QubitNeuron.Kept() : try QubitNeuron.Kept(alpha: before[j]))
    }
    for i in 0..<size {
      try neurons[neurons.count == 1 ? 0 : i % count].validate(drive: drive[i], delay: delay[i])
    }
    for i in 0..<size {
      let j = i % count
      let read = neurons[neurons.count == 1 ? 0 : j].step(&kept[j], drive: drive[i], delay: delay[i])
      alpha?[i] = read.alpha
      spikes?[i] = read.fires ? 1 : 0
      qubits?[i] = kept[j].qubit.c
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
    let count = try size(count, "count")
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
    let steps = try size(steps, "steps")
    try hand(
      OpenQASM.train(
        QubitNeuron(config, noise), drive: array(drive, "drive", steps), delay: array(delay, "delay", steps)),
      to: out)
  }
}

@c @implementation
public func qlif_text_free(_ text: UnsafeMutablePointer<CChar>!) { free(text) }
