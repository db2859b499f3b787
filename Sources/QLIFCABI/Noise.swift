import CQLIF
import QLIFCore

extension LayerNoise {
  /// - Parameter layers: those that the noise is for.
  init(_ c: qlif_layer_noise, _ name: String, for layers: [any Layer]) throws(QLIFError) {
    guard (0...Int64(LayerNoise.mostShots)).contains(c.shots) else {
      throw .invalid("\(name).shots: \(c.shots), expected 0 (infinitely many) to \(LayerNoise.mostShots)")
    }
    guard c.qubit_count >= 0, c.qubit_count == 0 || c.qubits != nil else {
      throw .shape(
        "\(name).qubit_count: \(c.qubit_count), expected 0 or more, and 0 where qubits is NULL")
    }
    // Before anything is read: a count that fits no layer is of no array.
    guard c.qubit_count <= 1 || layers.contains(where: { $0.shape.units == Int(c.qubit_count) }) else {
      throw .shape(
        "\(name).qubit_count: \(c.qubit_count), expected 0, 1 or the neurons of the layer,"
          + " \(layers.map { String($0.shape.units) }.joined(separator: ", "))")
    }
    var qubits: [QubitNoise] = try emptyArray(Int(c.qubit_count), for: "\(name).qubits")
    for index in 0..<Int(c.qubit_count) {
      do { qubits.append(try QubitNoise(c.qubits + index)) } catch {
        throw QLIFError(error.kind, "\(name).qubits[\(index)]: \(error.message)")
      }
    }
    self.init(qubits: qubits.isEmpty ? [QubitNoise()] : qubits, shots: c.shots == 0 ? nil : Int(c.shots))
  }
}

extension NetworkNoise {
  /// nil where there are no layers.
  init?(_ c: qlif_noise, for network: Network) throws(QLIFError) {
    guard c.layer_count >= 0, c.layer_count == 0 || c.layers != nil else {
      throw .shape(
        "noise.layer_count: \(c.layer_count), expected 0 or more, and 0 where layers is NULL")
    }
    if c.layer_count == 0 { return nil }
    guard c.layer_count == 1 || Int(c.layer_count) == network.layers.count else {
      throw .shape(
        "noise.layer_count: \(c.layer_count), expected 0, 1 or one for each of \(network.layers.count) layers"
      )
    }
    if c.layer_count == 1 {
      self = .common(try LayerNoise(c.layers[0], "noise.layers[0]", for: network.layers))
      return
    }
    var layers: [LayerNoise?] = []
    for index in 0..<Int(c.layer_count) {
      let layer = c.layers[index]
      let isNone = layer.qubit_count == 0 && layer.shots == 0
      layers.append(
        isNone ? nil : try LayerNoise(layer, "noise.layers[\(index)]", for: [network.layers[index]]))
    }
    self = .layers(layers)
  }
}

extension NoiseRun {
  /// NULL: perfect qubits, and the seed 0.
  init(_ c: UnsafePointer<qlif_noise>?, for network: Network) throws(QLIFError) {
    self.init()
    guard let c = c?.pointee else { return }
    guard c.first_sample >= 0 else {
      throw .invalid("noise.first_sample: \(c.first_sample), expected 0 or more")
    }
    noise = try NetworkNoise(c, for: network)
    seed = c.seed
    firstSample = Int(c.first_sample)
  }
}
