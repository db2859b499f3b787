import CQLIF
import QLIFCore

@c @implementation
public func qlif_network_simulate(
  _ network: OpaquePointer!, _ input: UnsafePointer<qlif_input>!, _ records: UnsafePointer<qlif_record>!,
  _ record_count: Int32, _ noise: UnsafePointer<qlif_noise>!
) -> qlif_status {
  door { () throws(QLIFError) in
    let network = try NetworkHandle.at(network).network
    let input = try QLIFCABI.input(input, for: network)
    guard Int(record_count) == network.layers.count else {
      throw .shape("record_count: \(record_count), expected one for each of \(network.layers.count) layers")
    }
    let records = try need(records, "records")
    let targets = (0..<Int(record_count)).map {
      RecordTarget(spikes: records[$0].spikes, alpha: records[$0].alpha)
    }
    try network.simulate(input, into: targets, noise: NoiseRun(noise, for: network))
  }
}

@c @implementation
public func qlif_network_predict(
  _ network: OpaquePointer!, _ input: UnsafePointer<qlif_input>!, _ readout: qlif_readout,
  _ labels: UnsafeMutablePointer<Int64>!, _ scores: UnsafeMutablePointer<Float>!,
  _ noise: UnsafePointer<qlif_noise>!
) -> qlif_status {
  door { () throws(QLIFError) in
    let network = try NetworkHandle.at(network).network
    try network.predict(
      QLIFCABI.input(input, for: network), readout: Readout(c: readout), labels: labels, scores: scores,
      noise: NoiseRun(noise, for: network))
  }
}

@c @implementation
public func qlif_network_evaluate(
  _ network: OpaquePointer!, _ input: UnsafePointer<qlif_input>!, _ labels: UnsafePointer<Int64>!,
  _ loss: qlif_loss, _ readout: qlif_readout, _ out: UnsafeMutablePointer<qlif_report>!,
  _ firing_rates: UnsafeMutablePointer<Float>!, _ noise: UnsafePointer<qlif_noise>!
) -> qlif_status {
  door { () throws(QLIFError) in
    let network = try NetworkHandle.at(network).network
    let out = try need(out, "out")
    let report = try network.evaluate(
      QLIFCABI.input(input, for: network), labels: labels, loss: Loss(c: loss), readout: Readout(c: readout),
      noise: NoiseRun(noise, for: network))
    out.pointee = report.c
    report.copyRates(to: firing_rates)
  }
}

@c @implementation
public func qlif_network_loss_and_gradients(
  _ network: OpaquePointer!, _ input: UnsafePointer<qlif_input>!, _ labels: UnsafePointer<Int64>!,
  _ loss: qlif_loss, _ out: UnsafeMutablePointer<Double>!,
  _ noise: UnsafePointer<qlif_noise>!
) -> qlif_status {
  door { () throws(QLIFError) in
    let network = try NetworkHandle.at(network).network
    let out = try need(out, "out")
    out.pointee = try network.lossAndGradients(
      QLIFCABI.input(input, for: network), labels: labels, loss: Loss(c: loss),
      noise: NoiseRun(noise, for: network))
  }
}
