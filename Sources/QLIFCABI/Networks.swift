import CQLIF
import QLIFCore

@c @implementation
public func qlif_network_create(
  _ description: UnsafePointer<CChar>!, _ out: UnsafeMutablePointer<OpaquePointer?>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let out = try require(out, "out")
    out.pointee = NetworkHandle.make(try Network(describedBy: require(text: description, "description")))
  }
}

@c @implementation
public func qlif_network_destroy(_ network: OpaquePointer!) {
  guard let network else { return }
  Unmanaged<NetworkHandle>.fromOpaque(UnsafeRawPointer(network)).release()
}

@c @implementation
public func qlif_network_copy(
  _ network: OpaquePointer!, _ out: UnsafeMutablePointer<OpaquePointer?>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let out = try require(out, "out")
    out.pointee = NetworkHandle.make(try NetworkHandle.at(network).network.copy())
  }
}

@c @implementation
public func qlif_network_layer_count(
  _ network: OpaquePointer!, _ out: UnsafeMutablePointer<Int32>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    try require(out, "out").pointee = Int32(NetworkHandle.at(network).network.layers.count)
  }
}

/// Layer number `index` of a network.
private func layer(_ index: Int32, of network: Network) throws(QLIFError) -> any Layer {
  guard network.layers.indices.contains(Int(index)) else {
    throw .invalid("layer: \(index), expected 0 to \(network.layers.count - 1)")
  }
  return network.layers[Int(index)]
}

@c @implementation
public func qlif_network_layer_shape(
  _ network: OpaquePointer!, _ layer: Int32, _ shape: UnsafeMutablePointer<Int64>!,
  _ rank: UnsafeMutablePointer<Int32>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let network = try NetworkHandle.at(network).network
    let shape = try require(shape, "shape")
    let rank = try require(rank, "rank")
    let sizes = layer == -1 ? network.inputShape : try QLIFCABI.layer(layer, of: network).shape.sizes
    for (index, size) in sizes.enumerated() { shape[index] = Int64(size) }
    rank.pointee = Int32(sizes.count)
  }
}

@c @implementation
public func qlif_network_description(
  _ network: OpaquePointer!, _ out: UnsafeMutablePointer<UnsafePointer<CChar>?>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let handle = try NetworkHandle.at(network)
    try require(out, "out").pointee = try handle.string(
      handle.network.description.text, slot: "description")
  }
}

@c @implementation
public func qlif_network_parameter_count(
  _ network: OpaquePointer!, _ out: UnsafeMutablePointer<Int32>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    try require(out, "out").pointee = Int32(NetworkHandle.at(network).network.parameters.count)
  }
}

@c @implementation
public func qlif_network_parameter(
  _ network: OpaquePointer!, _ index: Int32, _ out: UnsafeMutablePointer<qlif_parameter>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let handle = try NetworkHandle.at(network)
    let out = try require(out, "out")
    let parameters = handle.network.parameters
    guard parameters.indices.contains(Int(index)) else {
      throw .invalid("index: \(index), expected 0 to \(parameters.count - 1)")
    }
    let parameter = parameters[Int(index)]
    var c = qlif_parameter()
    c.name = try handle.string(parameter.name, slot: "parameter \(index)")
    c.values = parameter.values.base
    c.gradient = parameter.gradient.base
    c.size = Int64(parameter.count)
    c.rank = Int32(parameter.shape.count)
    withUnsafeMutableBytes(of: &c.shape) { shape in
      for (axis, size) in parameter.shape.enumerated() {
        shape.storeBytes(of: Int64(size), toByteOffset: axis * MemoryLayout<Int64>.stride, as: Int64.self)
      }
    }
    out.pointee = c
  }
}

@c @implementation
public func qlif_network_set_metadata(
  _ network: OpaquePointer!, _ key: UnsafePointer<CChar>!, _ value: UnsafePointer<CChar>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let handle = try NetworkHandle.at(network)
    let key = try require(text: key, "key")
    guard !key.isEmpty, !key.hasPrefix(Network.reservedPrefix) else {
      throw .invalid("key: \"\(key)\", expected one that is not empty and does not begin with qlif.")
    }
    let text: String? = value == nil ? nil : try require(text: value, "value")
    handle.network.metadata[key] = text
    handle.forget("metadata \(key)")
  }
}

@c @implementation
public func qlif_network_metadata(
  _ network: OpaquePointer!, _ key: UnsafePointer<CChar>!,
  _ out: UnsafeMutablePointer<UnsafePointer<CChar>?>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let handle = try NetworkHandle.at(network)
    let key = try require(text: key, "key")
    let out = try require(out, "out")
    guard let text = handle.network.metadata[key] else {
      out.pointee = nil
      return
    }
    out.pointee = try handle.string(text, slot: "metadata \(key)")
  }
}

@c @implementation
public func qlif_network_metadata_count(
  _ network: OpaquePointer!, _ out: UnsafeMutablePointer<Int32>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    try require(out, "out").pointee = Int32(NetworkHandle.at(network).network.metadata.count)
  }
}

@c @implementation
public func qlif_network_metadata_key(
  _ network: OpaquePointer!, _ index: Int32, _ out: UnsafeMutablePointer<UnsafePointer<CChar>?>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let handle = try NetworkHandle.at(network)
    let out = try require(out, "out")
    let keys = handle.network.metadata.keys.sorted()
    guard keys.indices.contains(Int(index)) else {
      throw .invalid("index: \(index), expected 0 to \(keys.count - 1)")
    }
    out.pointee = try handle.string(keys[Int(index)], slot: "key \(index)")
  }
}
