import CQLIF
import Glibc
import QLIFCore

@c @implementation
public func qlif_network_save(_ network: OpaquePointer!, _ path: UnsafePointer<CChar>!) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    try NetworkHandle.at(network).network.save(to: require(path: path, "path"))
  }
}

@c @implementation
public func qlif_network_load(
  _ path: UnsafePointer<CChar>!, _ out: UnsafeMutablePointer<OpaquePointer?>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let out = try require(out, "out")
    out.pointee = NetworkHandle.make(try Network.load(path: require(path: path, "path")))
  }
}

@c @implementation
public func qlif_network_serialize(
  _ network: OpaquePointer!, _ out: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>!,
  _ size: UnsafeMutablePointer<Int64>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let out = try require(out, "out")
    let size = try require(size, "size")
    try export(NetworkHandle.at(network).network.serialized(), to: out, size)
  }
}

@c @implementation
public func qlif_network_deserialize(
  _ bytes: UnsafePointer<UInt8>!, _ size: Int64, _ out: UnsafeMutablePointer<OpaquePointer?>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let out = try require(out, "out")
    out.pointee = NetworkHandle.make(try Network(serialized: view(bytes, size)))
  }
}

/// Gives the caller bytes that `qlif_bytes_free` frees.
private func export(
  _ file: Safetensors.Encoding, to out: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>,
  _ size: UnsafeMutablePointer<Int64>
) throws(QLIFError) {
  guard let copy = malloc(file.size) else {
    throw QLIFError(.outOfMemory, "out: no memory for \(file.size) bytes")
  }
  file.copy(to: copy)
  out.pointee = copy.bindMemory(to: UInt8.self, capacity: file.size)
  size.pointee = Int64(file.size)
}

/// The caller's bytes, where they are.
private func view(_ bytes: UnsafePointer<UInt8>?, _ size: Int64) throws(QLIFError) -> UnsafeRawBufferPointer {
  let bytes = try require(bytes, "bytes")
  guard size >= 0 else { throw .invalid("size: \(size), expected 0 or more") }
  return UnsafeRawBufferPointer(start: bytes, count: Int(size))
}

@c @implementation
public func qlif_trainer_save(_ trainer: OpaquePointer!, _ path: UnsafePointer<CChar>!) -> qlif_status {
  reportingErrors { () throws(QLIFError) in try Trainer.at(trainer).save(to: require(path: path, "path")) }
}

@c @implementation
public func qlif_trainer_load(
  _ path: UnsafePointer<CChar>!, _ out: UnsafeMutablePointer<OpaquePointer?>!,
  _ network: UnsafeMutablePointer<OpaquePointer?>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let out = try require(out, "out")
    let network = try require(network, "network")
    let trainer = try Trainer.load(path: require(path: path, "path"))
    out.pointee = trainer.handle()
    network.pointee = NetworkHandle.make(trainer.network)
  }
}

@c @implementation
public func qlif_trainer_serialize(
  _ trainer: OpaquePointer!, _ out: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>!,
  _ size: UnsafeMutablePointer<Int64>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let out = try require(out, "out")
    let size = try require(size, "size")
    try export(Trainer.at(trainer).serialized(), to: out, size)
  }
}

@c @implementation
public func qlif_trainer_deserialize(
  _ bytes: UnsafePointer<UInt8>!, _ size: Int64, _ out: UnsafeMutablePointer<OpaquePointer?>!,
  _ network: UnsafeMutablePointer<OpaquePointer?>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let out = try require(out, "out")
    let network = try require(network, "network")
    let trainer = try Trainer(serialized: view(bytes, size))
    out.pointee = trainer.handle()
    network.pointee = NetworkHandle.make(trainer.network)
  }
}
