import CQLIF
import Glibc
import QLIFCore

/// What a `qlif_network *` points to: the network, and the strings that it has handed out.
final class NetworkHandle {
  let network: Network
  private var strings: [String: UnsafeMutablePointer<CChar>] = [:]

  init(_ network: Network) { self.network = network }

  deinit { for string in strings.values { free(string) } }

  /// `text` as a C string that lives until `slot` is given another text.
  func string(_ text: String, slot: String) throws(QLIFError) -> UnsafePointer<CChar> {
    if let known = strings[slot], strcmp(known, text) == 0 { return UnsafePointer(known) }
    forget(slot)
    guard let copy = strdup(text) else { throw QLIFError(.outOfMemory, "\(slot): no memory") }
    strings[slot] = copy
    return UnsafePointer(copy)
  }

  func forget(_ slot: String) { free(strings.removeValue(forKey: slot)) }

  /// A handle that the caller owns.
  static func make(_ network: Network) -> OpaquePointer {
    OpaquePointer(Unmanaged.passRetained(NetworkHandle(network)).toOpaque())
  }

  static func at(_ pointer: OpaquePointer?) throws(QLIFError) -> NetworkHandle {
    Unmanaged<NetworkHandle>.fromOpaque(UnsafeRawPointer(try require(pointer, "network")))
      .takeUnretainedValue()
  }
}

extension Trainer {
  static func at(_ pointer: OpaquePointer?) throws(QLIFError) -> Trainer {
    Unmanaged<Trainer>.fromOpaque(UnsafeRawPointer(try require(pointer, "trainer"))).takeUnretainedValue()
  }

  func handle() -> OpaquePointer { OpaquePointer(Unmanaged.passRetained(self).toOpaque()) }
}
