/// What QLIF neurons of a layer remember and receive at one step of a run.
package struct LayerStep: Sendable {
  package let neuron: QLIF
  /// What each neuron remembers; 0 after a spike.
  package var alpha: [Double] = []
  package var drive: [Double] = []
  package var delay: [Double] = []
}

extension Network {
  /// The QLIF neurons of a layer, of which circuits can be made.
  package func qlif(ofLayer index: Int) throws(QLIFError) -> QLIF {
    guard layers.indices.contains(index) else {
      throw .invalid("layer: \(index), expected 0 to \(layers.count - 1)")
    }
    guard let neuron = layers[index].neuron as? QLIF else {
      throw .invalid("layer: \(index) has no QLIF neurons, which alone are qubits")
    }
    guard neuron.firing == .threshold else {
      throw .invalid(
        "layer: the neurons of layer \(index) fire by measurement, expected ones that fire at their threshold"
      )
    }
    return neuron
  }

  /// What the neurons of a layer receive at every step of a run without noise, [steps][neurons].
  /// - Parameters:
  ///   - values: one sample, constant in time (`steps` 0) or [steps, features].
  package func currents(
    ofLayer index: Int, for values: UnsafeBufferPointer<Float>, steps: Int
  ) throws(QLIFError) -> (drive: [[Double]], delay: [[Double]]) {
    _ = try qlif(ofLayer: index)
    let run = try simulate(values: values, batch: 1, steps: steps, currents: [index])
    let units = layers[index].shape.units
    func rows(_ current: Int) -> [[Double]] {
      (0..<run.steps).map { step in
        let first = (current * run.steps + step) * units
        return run.currents[index][first..<first + units].map(Double.init)
      }
    }
    return (rows(0), rows(1))
  }

  /// What the neurons of a layer remember and receive at a step, counted from 0, of a run without noise.
  package func layerStep(
    _ step: Int, ofLayer index: Int, for values: UnsafeBufferPointer<Float>, steps: Int
  ) throws(QLIFError) -> LayerStep {
    let neuron = try qlif(ofLayer: index)
    guard neuron.memory == .reprepare else {
      throw .invalid(
        "layer: the neurons of layer \(index) keep their qubits from step to step: no step stands alone")
    }
    let run = try simulate(
      values: values, batch: 1, steps: steps, spikes: [index], membranes: [index], currents: [index])
    guard (0..<run.steps).contains(step) else {
      throw .invalid("step: \(step), expected 0 to \(run.steps - 1)")
    }
    let units = layers[index].shape.units
    var found = LayerStep(neuron: neuron)
    for unit in 0..<units {
      let before = (step - 1) * units + unit
      let fired = step > 0 && run.spikes[index][before] > 0
      // A neuron that rests after a spike waits for nothing.
      let rests = fired && neuron.isRefractory
      func current(_ number: Int) -> Double {
        rests ? 0 : Double(run.currents[index][(number * run.steps + step) * units + unit])
      }
      found.alpha.append(step == 0 || fired ? 0 : Double(run.membrane[index][before]))
      found.drive.append(current(0))
      found.delay.append(current(1))
    }
    return found
  }
}
