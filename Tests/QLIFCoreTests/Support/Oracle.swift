import Glibc

@testable import QLIFCore

/// A network of QLIF neurons in double precision, written from the equations of docs/model.md with sines and arcsines,
/// one neuron and one step at a time. It shares no code with the engine.
///
/// Its gradients are finite differences. So that these see what docs/model.md#gradients calls the gradient, the
/// discrete decisions of the run at the base point (spikes, resets, which branch) can be frozen: the spike passed on is
/// then the base spike plus `S(alpha) - S(alpha at the base)`, with `S` the antiderivative of the surrogate.
struct Oracle {
  struct Layer {
    var neuron: QLIF
    var driveWeight: [[Double]]
    var delayWeight: [[Double]]
    var driveBias: [Double]
    var delayBias: [Double]
  }

  struct Trace {
    /// [layer][step][sample][neuron]
    var alpha: [[[[Double]]]] = []
    var spikes: [[[[Double]]]] = []
    var driven: [[[[Bool]]]] = []
  }

  var layers: [Layer]
  /// [step][sample][feature]
  var input: [[[Double]]]
  /// What each layer's spikes are multiplied with on their way to the next layer: [layer][step][sample][neuron].
  var gains: [[[[Double]]]]?

  func run(frozen base: Trace? = nil) -> Trace {
    var trace = Trace()
    var signal = input
    for (index, layer) in layers.enumerated() {
      let steps = signal.count
      let batch = signal[0].count
      let units = layer.driveBias.count
      let empty = Array(
        repeating: Array(repeating: Array(repeating: 0.0, count: units), count: batch), count: steps)
      var alpha = empty
      var spikes = empty
      var passed = empty
      var driven = Array(
        repeating: Array(repeating: Array(repeating: false, count: units), count: batch), count: steps)
      for sample in 0..<batch {
        for unit in 0..<units {
          var previous = 0.0
          var fired = false
          for step in 0..<steps {
            let x = signal[step][sample]
            var u = layer.driveBias[unit]
            var v = layer.delayBias[unit]
            for (i, value) in x.enumerated() {
              u += layer.driveWeight[unit][i] * value
              v += layer.delayWeight[unit][i] * value
            }
            let isDriven = base?.driven[index][step][sample][unit] ?? (u > 0)
            let next =
              fired && layer.neuron.isRefractory
              ? 0
              : Self.step(layer.neuron, from: fired ? 0 : previous, drive: u, delay: v, isDriven: isDriven)
            let threshold = Double(layer.neuron.threshold)
            alpha[step][sample][unit] = next
            driven[step][sample][unit] = isDriven
            fired = next > threshold
            spikes[step][sample][unit] = fired ? 1 : 0
            var spike = fired ? 1.0 : 0.0
            if let base {
              fired = base.spikes[index][step][sample][unit] > 0
              let antiderivative = Self.antiderivative(layer.neuron)
              spike =
                base.spikes[index][step][sample][unit] + antiderivative(next - threshold)
                - antiderivative(base.alpha[index][step][sample][unit] - threshold)
            }
            let gain = gains?[index][step][sample][unit] ?? 1
            passed[step][sample][unit] = spike * gain
            spikes[step][sample][unit] = base == nil ? spikes[step][sample][unit] : spike
            previous = next
          }
        }
      }
      trace.alpha.append(alpha)
      trace.spikes.append(spikes)
      trace.driven.append(driven)
      signal = passed
    }
    return trace
  }

  /// The step (docs/model.md#the-qlif-step) from the population carried over.
  static func step(_ neuron: QLIF, from alpha: Double, drive u: Double, delay v: Double, isDriven: Bool)
    -> Double
  {
    let phi = 2 * asin(alpha.squareRoot())
    if isDriven {
      let bounded = neuron.driveBound == .tanh ? tanh(abs(u)) : abs(u)
      let half = (phi + Double(neuron.driveScale) * bounded) / 2
      return sin(half) * sin(half)
    }
    let decay = exp(-Double(neuron.delayScale) * abs(v) / Double(neuron.t1))
    switch neuron.leak {
    case .relaxation, .rotation: return alpha * decay
    case .published:
      let half = (phi - 2 * asin((alpha * decay).squareRoot())) / 2
      return sin(half) * sin(half)
    }
  }

  /// Of the surrogate derivative, docs/model.md#surrogates.
  static func antiderivative(_ neuron: QLIF) -> (Double) -> Double {
    let k = Double(neuron.slope)
    switch neuron.surrogate {
    case .arctan: return { atan(.pi * k * $0) / (.pi * k) }
    case .fastSigmoid: return { $0 / (1 + k * abs($0)) }
    case .sigmoid: return { 1 / (1 + exp(-k * $0)) }
    case .triangular:
      return { x in
        let reach = min(abs(x), 1 / k)
        return (x < 0 ? -1 : 1) * (reach - k * reach * reach / 2)
      }
    }
  }

  /// The losses of the header.
  func loss(_ trace: Trace, _ answers: Answers, _ loss: Loss) -> Double {
    guard let alpha = trace.alpha.last, let spikes = trace.spikes.last else { return 0 }
    let batch = alpha[0].count
    func criterion(_ numbers: [Double], _ sample: Int) -> Double {
      switch answers {
      case .labels(let labels):
        return log(numbers.reduce(0) { $0 + exp($1) }) - numbers[labels[sample]]
      case .values(let values):
        let squares = numbers.enumerated().map { unit, number in
          pow(number - Double(values[sample * numbers.count + unit]), 2)
        }
        return squares.reduce(0, +) / Double(numbers.count)
      }
    }
    func summed(_ values: [[[Double]]], _ sample: Int) -> [Double] {
      values[0][sample].indices.map { unit in values.reduce(0) { $0 + $1[sample][unit] } }
    }
    var total = 0.0
    for sample in 0..<batch {
      switch loss.reading {
      case .membrane: total += alpha.reduce(0) { $0 + criterion($1[sample], sample) }
      case .membraneSum: total += criterion(summed(alpha, sample), sample)
      case .spikeCount: total += criterion(summed(spikes, sample), sample)
      }
    }
    return total / Double(batch)
  }

  /// Central difference of the frozen loss with respect to one entry.
  func derivative(_ base: Trace, _ answers: Answers, _ loss: Loss, at entry: WritableKeyPath<Oracle, Double>)
    -> Double
  {
    let h = 1e-6
    var up = self
    var down = self
    up[keyPath: entry] += h
    down[keyPath: entry] -= h
    let difference =
      up.loss(up.run(frozen: base), answers, loss) - down.loss(down.run(frozen: base), answers, loss)
    return difference / (2 * h)
  }
}
