import ArgumentParser
import QLIFCore
import QLIFData
import QLIFFigures
import QLIFFiles

/// `qlif-render bloch`
struct Bloch: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The way of a neuron's qubit on the Bloch sphere.",
    discussion: """
      The sphere with |0⟩, the ground state, above and |1⟩, the excited one, below; the way of the qubit through it, \
      gate by gate and along waits, from yellow (early) to dark violet (late); start, end, the end of every step and \
      the spikes. Below it the population over time. A circle shows the threshold: what ends below it is a spike.

      The neuron's currents are numbers, an input spike train, or those of a neuron of a model; in place of a neuron, \
      any path of Bloch vectors can be drawn. Without --pulse a rotation is instantaneous; with it, a drive pulse of \
      finite length that follows the Lindblad equation. Angles are in radians, times in microseconds.

      Examples:
        qlif-render bloch --drive 0.2,0.2,0,0.35,0.2 --delay 0,0,0.08,0,0 \\
          --output bloch.png
        qlif-render bloch --spikes 1,0,1,1,0,1 --drive 0.25 --delay 0.1 \\
          --memory coherent --qubit-t2 40 --output coherent.png
        qlif-render bloch --drive 0.5 --pulse 0.2 --detuning 8 --qubit-t1 2 \\
          --output pulse.png
        qlif-render bloch --model m.safetensors --dataset mnist --index 7 \\
          --layer 0 --neuron 5 --output neuron.png
        qlif-render bloch --trajectory path.npy --output path.png
      """)

  @OptionGroup var picture: PictureOptions
  @OptionGroup var currents: CurrentsOptions

  @Option(
    help: ArgumentHelp(
      "In place of a neuron: a .npy file of Bloch vectors [points, 3], as qlif.quantum.NeuronState.history.",
      valueName: "file"))
  var trajectory: FilePath?

  @Option(
    help:
      "Whether every step measures the qubit and prepares it anew, or leaves it as it is. Default: the neuron's, else reprepare."
  )
  var memory: QLIF.Memory?

  @OptionGroup(title: "How the neuron is run") var circuit: CircuitOptions
  @OptionGroup(title: "Noise") var noise: NoiseOptions

  @Option(help: ArgumentHelp("The length of a rotation as a drive pulse, microseconds.", valueName: "us"))
  var pulse: Double?

  @Option(
    help: ArgumentHelp(
      "The qubit's frequency less the pulse's, radians per microsecond.", valueName: "rad/us"))
  var detuning: Double?

  @Option(help: ArgumentHelp("Makes the pulse a gaussian of this width.", valueName: "us"))
  var sigma: Double?

  @Option(
    help: ArgumentHelp("From where one looks, degrees: 0 is along x, 90 along y.", valueName: "degrees"))
  var azimuth: Double = -30

  @Option(
    help: ArgumentHelp("From how high one looks, degrees above the equator.", valueName: "degrees"))
  var elevation: Double = 18

  func validate() throws {
    if pulse == nil, detuning != nil || sigma != nil {
      throw ValidationError("--detuning and --sigma go with --pulse")
    }
    if pulse != nil, noise.gateTime != nil {
      throw ValidationError("--gate-time and --pulse exclude each other: both are the length of a rotation")
    }
    guard abs(azimuth) <= 360 else { throw ValidationError("--azimuth \(azimuth) is not within 360 degrees") }
    guard abs(elevation) <= 90 else {
      throw ValidationError("--elevation \(elevation) is not within 90 degrees")
    }
    let ofNeuron = currents.isGiven || memory != nil || circuit.isGiven || noise.isGiven || pulse != nil
    if trajectory != nil, ofNeuron {
      throw ValidationError(
        "--trajectory is a way that is there already: expected no model, and of the neuron's options --threshold alone"
      )
    }
  }

  func run() throws {
    if let trajectory { return try drawTrajectory(trajectory) }
    let currents = try currents.load()
    guard currents.drive[0].count == 1 else {
      throw RenderError("--neuron is missing: one picture shows one neuron of the layer")
    }
    let qubit = try circuit.qubit(
      currents.neuron, noise.noise(of: currents.neuron, t1: circuit.qubitT1), memory: memory)
    let shape = sigma.map { DrivePulse.Shape.gaussian(sigma: $0) } ?? .constant
    let path = try BlochPath(
      of: qubit, drive: currents.drive.map { $0[0] }, delay: currents.delay.map { $0[0] },
      pulse: pulse.map { BlochPath.Pulse(duration: $0, detuning: detuning ?? 0, shape: shape) })
    let figure = try BlochFigure(
      title: picture.title ?? "The qubit of \(currents.name)",
      subtitle: subtitle(currents, qubit, path), threshold: Double(currents.neuron.threshold),
      azimuth: azimuth, elevation: elevation, segments: Self.segments(path),
      readings: zip(path.alpha, path.spikes).enumerated().map { step, read in
        BlochFigure.Reading(time: Double(step + 1), alpha: read.0, isSpike: read.1)
      })
    let source = currents.sha256.map { ("Model-SHA256", $0) } ?? ("Source", "the command line")
    try Picture.write(figure, source: source, options: picture)
  }

  /// The parts of a way as they are drawn: step t takes the time from t to t + 1, most of all its last move.
  private static func segments(_ path: BlochPath) -> [BlochFigure.Segment] {
    var segments = path.segments.map { segment in
      let kind: BlochFigure.Kind =
        switch segment.cause {
        case .reset: .reset
        case .memory: .memory
        case .drive: .drive
        case .leak: .leak
        }
      return BlochFigure.Segment(
        kind: kind, points: segment.points.map(Self.point),
        times: segment.shares.map { Double(segment.step) + (kind.isColoured ? $0 : 0) })
    }
    // Where nothing moves, the qubit stays as it is.
    let moving = Set(path.segments.filter { $0.cause == .drive || $0.cause == .leak }.map(\.step))
    for step in path.alpha.indices where !moving.contains(step) {
      let place = segments.last { $0.times[0] <= Double(step) }?.points.last ?? BlochPoint(x: 0, y: 0, z: 1)
      let rest = BlochFigure.Segment(
        kind: .rest, points: [place, place], times: [Double(step), Double(step + 1)])
      let later = segments.firstIndex { $0.times[0] > Double(step) }
      segments.insert(rest, at: later ?? segments.endIndex)
    }
    return segments
  }

  private static func point(_ r: BlochVector) -> BlochPoint { BlochPoint(x: r.x, y: r.y, z: r.z) }

  private func subtitle(
    _ currents: CurrentsOptions.Currents, _ qubit: QubitCircuit, _ path: BlochPath
  ) -> String {
    let steps = path.alpha.count
    let fired = path.spikes.count(where: { $0 })
    var words = currents.source.isEmpty ? [] : [currents.source]
    words += [
      "\(steps) step\(steps == 1 ? "" : "s")", "\(fired) spike\(fired == 1 ? "" : "s")",
      qubit.memory == .reprepare ? "memory prepared anew at every step" : "memory kept coherently",
      qubit.leakForm == .delay ? "leak by waiting" : "leak by rotation",
    ]
    if let pulse { words.append("pulses of \(formatted(pulse)) µs") }
    if let detuning { words.append("detuning \(formatted(detuning)) rad/µs") }
    let t1 = qubit.noise.relaxation?.t1 ?? Double(qubit.neuron.t1)
    words.append("T1 \(formatted(t1)) µs, T2 \(formatted(qubit.noise.relaxation?.t2 ?? 2 * t1)) µs")
    if let time = noise.gateTime, time > 0 { words.append("gates of \(formatted(time)) µs") }
    for (name, value) in [
      ("over-rotation", noise.overRotation), ("depolarizing", noise.depolarizing),
      ("p01", noise.p01), ("p10", noise.p10),
    ] where value != 0 {
      words.append("\(name) \(formatted(value))")
    }
    return words.joined(separator: ", ")
  }

  /// More than any picture shows apart.
  private static let mostPoints = 1_000_000

  private func drawTrajectory(_ path: FilePath) throws {
    let array = try NPY(path: path)
    guard array.shape.count == 2, array.shape[1] == 3, array.shape[0] > 0 else {
      let sizes = array.shape.map(String.init).joined(separator: ", ")
      throw RenderError("\(path) has shape [\(sizes)], expected [points, 3]: Bloch vectors x, y, z")
    }
    guard array.shape[0] <= Self.mostPoints else {
      throw RenderError("\(path) has \(array.shape[0]) points, expected \(Self.mostPoints) at most")
    }
    let values = array.values.map(Double.init)
    let points = (0..<array.shape[0]).map { point in
      BlochPoint(x: values[3 * point], y: values[3 * point + 1], z: values[3 * point + 2])
    }
    let figure = try BlochFigure(
      title: picture.title ?? "The way of a qubit",
      subtitle: "\(formatted(points.count)) point\(points.count == 1 ? "" : "s") of \(path.name)",
      timeLabel: "point",
      threshold: currents.constants.threshold.map(Double.init), azimuth: azimuth, elevation: elevation,
      segments: [
        BlochFigure.Segment(kind: .drive, points: points, times: points.indices.map(Double.init))
      ])
    try Picture.write(
      figure, source: ("Trajectory-SHA256", SHA256.hexadecimal(ofFile: path)), options: picture)
  }
}
