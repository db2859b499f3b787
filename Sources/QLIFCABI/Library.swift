import CQLIF
import Glibc
import QLIFCore

@c @implementation
public func qlif_abi_version() -> UInt32 { UInt32(QLIF_ABI_VERSION) }

@c @implementation
public func qlif_version() -> UnsafePointer<CChar>! { constant(libraryVersion) }

@c @implementation
public func qlif_instruction_set() -> UnsafePointer<CChar>! { constant(instructionSetName) }

@c @implementation
public func qlif_last_error_message() -> UnsafePointer<CChar>! { LastError.pointer ?? constant("") }

@c @implementation
public func qlif_set_thread_count(_ count: Int32) -> qlif_status {
  door { () throws(QLIFError) in try Threads.setCount(Int(count)) }
}

@c @implementation
public func qlif_thread_count() -> Int32 { Int32(Threads.count) }

@c @implementation
public func qlif_neuron_config_default(
  _ kind: qlif_neuron_kind, _ out: UnsafeMutablePointer<qlif_neuron_config>!
) -> qlif_status {
  door { () throws(QLIFError) in
    let out = try need(out, "out")
    var wanted = qlif_neuron_config()
    wanted.kind = kind
    switch Int(kind) {
    case Int(QLIF_NEURON_QLIF): out.pointee = QLIF().c
    case Int(QLIF_NEURON_LIF): out.pointee = LIF().c
    default: _ = try neuron(&wanted)
    }
  }
}

@c @implementation
public func qlif_bytes_free(_ bytes: UnsafeMutablePointer<UInt8>!) { free(bytes) }
