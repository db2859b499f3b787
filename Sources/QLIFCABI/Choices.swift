import CQLIF
import QLIFCore

/// The engine's enumerations by their numbers in the header.
func choice<Value>(_ number: Int32, _ values: [Value], _ name: StaticString) throws(QLIFError)
  -> Value
{
  guard values.indices.contains(Int(number)) else {
    throw .invalid("\(name): \(number), expected 0 to \(values.count - 1)")
  }
  return values[Int(number)]
}

private func number<Value: Equatable>(_ value: Value, _ values: [Value]) -> Int32 {
  Int32(values.firstIndex(of: value) ?? 0)
}

// In the order of the header's values.
private let leaks: [QLIF.Leak] = [.relaxation, .published, .rotation]
private let memories: [QLIF.Memory] = [.reprepare, .coherent]
private let firings: [QLIF.Firing] = [.threshold, .measurement]
private let driveBounds: [QLIF.DriveBound] = [.none, .tanh]
private let surrogates: [SurrogateKind] = [.arctan, .fastSigmoid, .sigmoid, .triangular]
private let resets: [LIF.Reset] = [.subtract, .zero]
private let losses: [Loss] = [.membrane, .summedMembrane, .spikeCount]
private let readouts: [Readout] = [.spikeCount, .membrane]
private let poolTies: [MaxPool2d.Ties] = [.first, .membrane]
private let schedules: [Schedule] = [.constant, .oneCycle, .cosine]

func flag(_ number: Int32, _ name: StaticString) throws(QLIFError) -> Bool {
  try choice(number, [false, true], name)
}

extension Loss {
  init(c number: qlif_loss) throws(QLIFError) { self = try choice(number, losses, "loss") }
}

extension MaxPool2d.Ties {
  init(c number: qlif_pool_ties) throws(QLIFError) { self = try choice(number, poolTies, "ties") }
}

extension Readout {
  init(c number: qlif_readout) throws(QLIFError) { self = try choice(number, readouts, "readout") }
}

/// - Throws: where a constant that a kind has not is given: the caller thinks that it does something.
private func refuse(_ constants: KeyValuePairs<String, Double>, of kind: String) throws(QLIFError) {
  for (name, value) in constants where value != 0 {
    throw .invalid("neuron.\(name): \(value), expected 0, as a \(kind) neuron has none")
  }
}

extension QLIF {
  init(_ c: qlif_neuron_config) throws(QLIFError) {
    self.init()
    try refuse(["reset": Double(c.reset), "beta": Double(c.beta)], of: "QLIF")
    leak = try choice(c.leak, leaks, "leak")
    driveBound = try choice(c.drive_bound, driveBounds, "drive_bound")
    surrogate = try choice(c.surrogate, surrogates, "surrogate")
    isRefractory = try flag(c.refractory, "refractory")
    memory = try choice(c.memory, memories, "memory")
    firing = try choice(c.firing, firings, "firing")
    threshold = c.threshold
    t1 = c.t1
    driveScale = c.drive_scale
    delayScale = c.delay_scale
    slope = c.slope
    dropout = c.dropout
  }

  var c: qlif_neuron_config {
    var c = qlif_neuron_config()
    c.kind = qlif_neuron_kind(QLIF_NEURON_QLIF)
    c.leak = number(leak, leaks)
    c.drive_bound = number(driveBound, driveBounds)
    c.surrogate = number(surrogate, surrogates)
    c.refractory = isRefractory ? 1 : 0
    c.memory = number(memory, memories)
    c.firing = number(firing, firings)
    c.threshold = threshold
    c.t1 = t1
    c.drive_scale = driveScale
    c.delay_scale = delayScale
    c.slope = slope
    c.dropout = dropout
    return c
  }
}

extension LIF {
  init(_ c: qlif_neuron_config) throws(QLIFError) {
    self.init()
    try refuse(
      [
        "leak": Double(c.leak), "drive_bound": Double(c.drive_bound), "refractory": Double(c.refractory),
        "memory": Double(c.memory), "firing": Double(c.firing), "t1": Double(c.t1),
        "drive_scale": Double(c.drive_scale), "delay_scale": Double(c.delay_scale),
      ], of: "LIF")
    surrogate = try choice(c.surrogate, surrogates, "surrogate")
    reset = try choice(c.reset, resets, "reset")
    threshold = c.threshold
    beta = c.beta
    slope = c.slope
    dropout = c.dropout
  }

  var c: qlif_neuron_config {
    var c = qlif_neuron_config()
    c.kind = qlif_neuron_kind(QLIF_NEURON_LIF)
    c.surrogate = number(surrogate, surrogates)
    c.reset = number(reset, resets)
    c.threshold = threshold
    c.beta = beta
    c.slope = slope
    c.dropout = dropout
    return c
  }
}

/// The neuron of a configuration.
func neuron(_ c: UnsafePointer<qlif_neuron_config>?) throws(QLIFError) -> any Neuron {
  let c = try need(c, "neuron").pointee
  switch Int(c.kind) {
  case Int(QLIF_NEURON_QLIF): return try QLIF(c)
  case Int(QLIF_NEURON_LIF): return try LIF(c)
  default: throw .invalid("neuron.kind: \(c.kind), expected \(QLIF_NEURON_QLIF) or \(QLIF_NEURON_LIF)")
  }
}

func configuration(_ neuron: any Neuron) throws(QLIFError) -> qlif_neuron_config {
  switch neuron {
  case let neuron as QLIF: return neuron.c
  case let neuron as LIF: return neuron.c
  default: throw .invalid("neuron: its kind is not in this header")
  }
}

extension TrainerConfiguration {
  init(_ c: UnsafePointer<qlif_trainer_config>?) throws(QLIFError) {
    let c = try need(c, "config").pointee
    self.init()
    loss = try Loss(c: c.loss)
    readout = try Readout(c: c.readout)
    schedule = try choice(c.schedule, schedules, "schedule")
    learningRate = c.learning_rate
    beta1 = c.beta1
    beta2 = c.beta2
    epsilon = c.epsilon
    weightDecay = c.weight_decay
    clipNorm = c.clip_norm
    warmup = c.warmup
    totalSteps = Int(c.total_steps)
  }

  var c: qlif_trainer_config {
    var c = qlif_trainer_config()
    c.loss = number(loss, losses)
    c.readout = number(readout, readouts)
    c.schedule = number(schedule, schedules)
    c.learning_rate = learningRate
    c.beta1 = beta1
    c.beta2 = beta2
    c.epsilon = epsilon
    c.weight_decay = weightDecay
    c.clip_norm = clipNorm
    c.warmup = warmup
    c.total_steps = Int64(totalSteps)
    return c
  }
}

extension Report {
  var c: qlif_report {
    qlif_report(
      loss: loss, learning_rate: learningRate, gradient_norm: gradientNorm, correct: Int64(correct))
  }

  func copyRates(to rates: UnsafeMutablePointer<Float>?) {
    rates?.update(from: firingRates, count: firingRates.count)
  }
}

func input(_ c: UnsafePointer<qlif_input>?, for network: Network) throws(QLIFError) -> Input {
  let c = try need(c, "input").pointee
  return try Input(
    c.values, count: Int(c.value_count), batch: Int(c.batch), steps: Int(c.steps), for: network)
}
