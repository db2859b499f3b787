import KernelTypes

// What every kind of neuron does alike once its step is computed: write its spikes and, in the backward pass, read
// their gradient.

/// Writes the spikes of a group at a step, after dropout; returns how many there were before it.
@inline(__always)
func emit(
  _ fired: LaneMask, dropout: Dropout?, at here: GroupStep, to spikes: UnsafeMutablePointer<UInt16>,
  stride: Int
) -> Int {
  var bits = fired.bits
  let count = bits.nonzeroBitCount
  if let dropout { bits &= keptLanes(dropout, at: here).bits }
  spikes[here.row * stride + here.group] = bits
  return count
}

/// `d loss / d spike` before dropout. 0 where nothing arrives.
@inline(__always)
func arrivingGradient(
  _ spikeGradient: UnsafePointer<Float>?, dropout: Dropout?, at here: GroupStep
) -> Lanes {
  guard let spikeGradient else { return .zero }
  let arriving = Lanes(loading: spikeGradient + here.offset)
  guard let dropout else { return arriving }
  return select(keptLanes(dropout, at: here), dropout.scale * arriving, Lanes.zero)
}

/// `d loss / d membrane` through the spikes: what arrives at them, after dropout, times the surrogate derivative at
/// `excess`, the membrane less the threshold. 0 where nothing arrives.
@inline(__always)
func gradientThroughSpikes(
  _ surrogate: Surrogate, _ spikeGradient: UnsafePointer<Float>?, dropout: Dropout?, at here: GroupStep,
  excess: Lanes
) -> Lanes {
  if spikeGradient == nil { return .zero }
  return surrogateProduct(surrogate, arrivingGradient(spikeGradient, dropout: dropout, at: here), at: excess)
}
