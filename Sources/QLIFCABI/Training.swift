import CQLIF
import QLIFCore

@c @implementation
public func qlif_trainer_config_default(_ out: UnsafeMutablePointer<qlif_trainer_config>!) -> qlif_status {
  door { () throws(QLIFError) in try need(out, "out").pointee = TrainerConfiguration().c }
}

@c @implementation
public func qlif_trainer_create(
  _ network: OpaquePointer!, _ config: UnsafePointer<qlif_trainer_config>!,
  _ out: UnsafeMutablePointer<OpaquePointer?>!
) -> qlif_status {
  door { () throws(QLIFError) in
    let out = try need(out, "out")
    let network = try NetworkHandle.at(network).network
    out.pointee = try Trainer(network, TrainerConfiguration(config)).handle()
  }
}

@c @implementation
public func qlif_trainer_destroy(_ trainer: OpaquePointer!) {
  guard let trainer else { return }
  Unmanaged<Trainer>.fromOpaque(UnsafeRawPointer(trainer)).release()
}

@c @implementation
public func qlif_trainer_step(
  _ trainer: OpaquePointer!, _ input: UnsafePointer<qlif_input>!, _ labels: UnsafePointer<Int64>!,
  _ out: UnsafeMutablePointer<qlif_report>!, _ firing_rates: UnsafeMutablePointer<Float>!
) -> qlif_status {
  door { () throws(QLIFError) in
    let trainer = try Trainer.at(trainer)
    let out = try need(out, "out")
    let report = try trainer.step(QLIFCABI.input(input, for: trainer.network), labels: labels)
    out.pointee = report.c
    report.copyRates(to: firing_rates)
  }
}

@c @implementation
public func qlif_trainer_set_noise(
  _ trainer: OpaquePointer!, _ noise: UnsafePointer<qlif_noise>!
) -> qlif_status {
  door { () throws(QLIFError) in
    let trainer = try Trainer.at(trainer)
    let run = try NoiseRun(noise, for: trainer.network)
    try trainer.setNoise(run.noise, seed: run.seed)
  }
}

@c @implementation
public func qlif_trainer_step_count(
  _ trainer: OpaquePointer!, _ out: UnsafeMutablePointer<Int64>!
) -> qlif_status {
  door { () throws(QLIFError) in try need(out, "out").pointee = Int64(Trainer.at(trainer).stepCount) }
}

@c @implementation
public func qlif_trainer_get_config(
  _ trainer: OpaquePointer!, _ out: UnsafeMutablePointer<qlif_trainer_config>!
) -> qlif_status {
  door { () throws(QLIFError) in try need(out, "out").pointee = try Trainer.at(trainer).configuration.c }
}
