import CQLIF
import QLIFCore

@c @implementation
public func qlif_network_save(_ network: OpaquePointer!, _ path: UnsafePointer<CChar>!) -> qlif_status {
  door { () throws(QLIFError) in
    try NetworkHandle.at(network).network.save(to: need(text: path, "path"))
  }
}

@c @implementation
public func qlif_network_load(
  _ path: UnsafePointer<CChar>!, _ out: UnsafeMutablePointer<OpaquePointer?>!
) -> qlif_status {
  door { () throws(QLIFError) in
    let out = try need(out, "out")
    out.pointee = NetworkHandle.make(try Network.load(path: need(text: path, "path")))
  }
}

@c @implementation
public func qlif_network_serialize(
  _ network: OpaquePointer!, _ out: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>!,
  _ size: UnsafeMutablePointer<Int64>!
) -> qlif_status {
  door { () throws(QLIFError) in
    let out = try need(out, "out")
    let size = try need(size, "size")
    let bytes = try NetworkHandle.at(network).network.serialized()
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count)
    copy.initialize(from: bytes, count: bytes.count)
    out.pointee = copy
    size.pointee = Int64(bytes.count)
  }
}

@c @implementation
public func qlif_network_deserialize(
  _ bytes: UnsafePointer<UInt8>!, _ size: Int64, _ out: UnsafeMutablePointer<OpaquePointer?>!
) -> qlif_status {
  door { () throws(QLIFError) in
    let out = try need(out, "out")
    let bytes = try need(bytes, "bytes")
    guard size >= 0 else { throw .invalid("size: \(size), expected 0 or more") }
    let buffer = UnsafeBufferPointer(start: bytes, count: Int(size))
    out.pointee = NetworkHandle.make(try Network(serialized: Array(buffer)))
  }
}

@c @implementation
public func qlif_trainer_save(_ trainer: OpaquePointer!, _ path: UnsafePointer<CChar>!) -> qlif_status {
  door { () throws(QLIFError) in try Trainer.at(trainer).save(to: need(text: path, "path")) }
}

@c @implementation
public func qlif_trainer_load(
  _ path: UnsafePointer<CChar>!, _ out: UnsafeMutablePointer<OpaquePointer?>!,
  _ network: UnsafeMutablePointer<OpaquePointer?>!
) -> qlif_status {
  door { () throws(QLIFError) in
    let out = try need(out, "out")
    let network = try need(network, "network")
    let trainer = try Trainer.load(path: need(text: path, "path"))
    out.pointee = trainer.handle()
    network.pointee = NetworkHandle.make(trainer.network)
  }
}
