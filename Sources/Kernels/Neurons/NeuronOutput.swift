import KernelTypes

// What every kind of neuron does alike once its step is computed: write its spikes and, in the backward pass, read their gradient.

/// Writes the spikes of a group at a step, after dropout; returns how many there were before it.
@inline(__always)
func emit(
  _ fired: LaneMask, dropout: Dropout?, step: Int, group: Int, groups: Int,
  to spikes: UnsafeMutablePointer<UInt16>, stride: Int
) -> Int {
  var bits = fired.bits
  let count = bits.nonzeroBitCount
  if let dropout { bits &= keptLanes(dropout, step: step, group: group, groups: groups).bits }
  spikes[step * stride + group] = bits
  return count
}

/// `d loss / d spike` before dropout. 0 where nothing arrives.
@inline(__always)
func arrivingGradient(
  _ spikeGradient: UnsafePointer<Float>?, dropout: Dropout?, step: Int, group: Int, groups: Int
) -> Lanes {
  guard let spikeGradient else { return .zero }
  let arriving = Lanes(loading: spikeGradient + (step * groups + group) * laneCount)
  guard let dropout else { return arriving }
  let kept = keptLanes(dropout, step: step, group: group, groups: groups)
  return select(kept, dropout.scale * arriving, Lanes.zero)
}

/// `d loss / d membrane` through the spikes: what arrives at them, after dropout, times the surrogate derivative at
/// `excess`, the membrane less the threshold. 0 where nothing arrives.
@inline(__always)
func gradientThroughSpikes(
  _ surrogate: Surrogate, _ spikeGradient: UnsafePointer<Float>?, dropout: Dropout?, step: Int, group: Int,
  groups: Int, at excess: Lanes
) -> Lanes {
  if spikeGradient == nil { return .zero }
  let arriving = arrivingGradient(spikeGradient, dropout: dropout, step: step, group: group, groups: groups)
  return surrogateProduct(surrogate, arriving, at: excess)
}
