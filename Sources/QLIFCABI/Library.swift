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
  reportingErrors { () throws(QLIFError) in try Threads.setCount(Int(count)) }
}

@c @implementation
public func qlif_thread_count() -> Int32 { Int32(Threads.count) }

/// Texts that live for ever, made when first asked for.
private enum Texts {
  nonisolated(unsafe) static let kinds = constant(Catalogue.kinds)
  nonisolated(unsafe) static let defaults = Catalogue.defaults.mapValues { constant($0) }

  private static func constant(_ value: JSONValue) -> UnsafePointer<CChar>? {
    strdup(value.text).map { UnsafePointer($0) }
  }
}

@c @implementation
public func qlif_kinds(_ out: UnsafeMutablePointer<UnsafePointer<CChar>?>!) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    try require(out, "out").pointee = try require(Texts.kinds, "kinds")
  }
}

@c @implementation
public func qlif_defaults(
  _ kind: UnsafePointer<CChar>!, _ out: UnsafeMutablePointer<UnsafePointer<CChar>?>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let out = try require(out, "out")
    let kind = try require(text: kind, "kind")
    guard let text = Texts.defaults[kind] else {
      throw .invalid(
        "kind: \"\(kind.prefix(60))\", expected one of \(Texts.defaults.keys.sorted().joined(separator: ", "))"
      )
    }
    out.pointee = try require(text, "kind")
  }
}

@c @implementation
public func qlif_check(_ kind: UnsafePointer<CChar>!, _ description: UnsafePointer<CChar>!) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    try Catalogue.check(json(description, "description"), as: require(text: kind, "kind"))
  }
}

@c @implementation
public func qlif_free(_ memory: UnsafeMutableRawPointer!) { free(memory) }
