import CQLIF
import QLIFCore

@c @implementation
public func qlif_trainer_create(
  _ network: OpaquePointer!, _ description: UnsafePointer<CChar>!,
  _ out: UnsafeMutablePointer<OpaquePointer?>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let out = try require(out, "out")
    let network = try NetworkHandle.at(network).network
    var reader = try DescriptionReader(json(description, "description"))
    out.pointee = try Trainer(network, TrainerConfiguration(&reader)).handle()
  }
}

@c @implementation
public func qlif_trainer_destroy(_ trainer: OpaquePointer!) {
  guard let trainer else { return }
  Unmanaged<Trainer>.fromOpaque(UnsafeRawPointer(trainer)).release()
}

@c @implementation
public func qlif_trainer_step(
  _ trainer: OpaquePointer!, _ input: UnsafePointer<qlif_input>!, _ target: UnsafePointer<qlif_target>!,
  _ out: UnsafeMutablePointer<qlif_report>!, _ firing_rates: UnsafeMutablePointer<Float>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let trainer = try Trainer.at(trainer)
    let out = try require(out, "out")
    let report = try trainer.step(QLIFCABI.input(input, for: trainer.network), Target(target))
    out.pointee = report.c
    report.copyRates(to: firing_rates)
  }
}

@c @implementation
public func qlif_trainer_set_noise(
  _ trainer: OpaquePointer!, _ noise: UnsafePointer<qlif_noise>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let trainer = try Trainer.at(trainer)
    let run = try NoiseRun(noise, for: trainer.network)
    try trainer.setNoise(run.noise, seed: run.seed)
  }
}

@c @implementation
public func qlif_trainer_step_count(
  _ trainer: OpaquePointer!, _ out: UnsafeMutablePointer<Int64>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    try require(out, "out").pointee = Int64(Trainer.at(trainer).stepCount)
  }
}

@c @implementation
public func qlif_trainer_description(
  _ trainer: OpaquePointer!, _ out: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let out = try require(out, "out")
    try export(Trainer.at(trainer).configuration.description.text, to: out)
  }
}
