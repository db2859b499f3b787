import CQLIF
import QLIFCore

@c @implementation
public func qlif_network_simulate(
  _ network: OpaquePointer!, _ input: UnsafePointer<qlif_input>!, _ records: UnsafePointer<qlif_record>!,
  _ record_count: Int32, _ noise: UnsafePointer<qlif_noise>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let network = try NetworkHandle.at(network).network
    let input = try QLIFCABI.input(input, for: network)
    guard Int(record_count) == network.layers.count else {
      throw .shape("record_count: \(record_count), expected one for each of \(network.layers.count) layers")
    }
    let records = try require(records, "records")
    let targets = (0..<Int(record_count)).map {
      RecordTarget(
        spikes: records[$0].spikes, membrane: records[$0].membrane, currents: records[$0].currents)
    }
    try network.simulate(input, into: targets, noise: NoiseRun(noise, for: network))
  }
}

@c @implementation
public func qlif_network_predict(
  _ network: OpaquePointer!, _ input: UnsafePointer<qlif_input>!, _ readout: UnsafePointer<CChar>!,
  _ labels: UnsafeMutablePointer<Int64>!, _ scores: UnsafeMutablePointer<Float>!,
  _ noise: UnsafePointer<qlif_noise>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let network = try NetworkHandle.at(network).network
    try network.predict(
      QLIFCABI.input(input, for: network), readout: Readout(c: readout), labels: labels, scores: scores,
      noise: NoiseRun(noise, for: network))
  }
}

@c @implementation
public func qlif_network_evaluate(
  _ network: OpaquePointer!, _ input: UnsafePointer<qlif_input>!,
  _ target: UnsafePointer<qlif_target>!, _ loss: UnsafePointer<CChar>!,
  _ readout: UnsafePointer<CChar>!, _ out: UnsafeMutablePointer<qlif_report>!,
  _ firing_rates: UnsafeMutablePointer<Float>!, _ noise: UnsafePointer<qlif_noise>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let network = try NetworkHandle.at(network).network
    let out = try require(out, "out")
    let report = try network.evaluate(
      QLIFCABI.input(input, for: network), Target(target), loss: Loss(c: loss), readout: Readout(c: readout),
      noise: NoiseRun(noise, for: network))
    out.pointee = report.c
    report.copyRates(to: firing_rates)
  }
}

@c @implementation
public func qlif_network_loss_and_gradients(
  _ network: OpaquePointer!, _ input: UnsafePointer<qlif_input>!,
  _ target: UnsafePointer<qlif_target>!, _ loss: UnsafePointer<CChar>!, _ out: UnsafeMutablePointer<Double>!,
  _ noise: UnsafePointer<qlif_noise>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let network = try NetworkHandle.at(network).network
    let out = try require(out, "out")
    out.pointee = try network.lossAndGradients(
      QLIFCABI.input(input, for: network), Target(target), loss: Loss(c: loss),
      noise: NoiseRun(noise, for: network))
  }
}

@c @implementation
public func qlif_readout(
  _ readout: UnsafePointer<CChar>!, _ steps: Int64, _ batch: Int64, _ classes: Int64,
  _ spikes: UnsafePointer<Float>!, _ membrane: UnsafePointer<Float>!, _ labels: UnsafeMutablePointer<Int64>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let spikes = try require(spikes, "spikes")
    let membrane = try require(membrane, "membrane")
    let labels = try require(labels, "labels")
    let sizes = try (
      steps: size(steps, "steps"), batch: size(batch, "batch"), classes: size(classes, "classes")
    )
    try Readout(c: readout).labels(
      spikes: spikes, membrane: membrane, steps: sizes.steps, batch: sizes.batch, classes: sizes.classes,
      into: labels)
  }
}
