/*
 * qlif.h - quantum leaky integrate-and-fire neurons and the networks made of them.
 *
 * The model is that of D. Brand and F. Petruccione, "A quantum leaky integrate-and-fire spiking
 * neuron and network", npj Quantum Information (2024), arXiv:2407.16398.
 *
 * Conventions
 *   - Every call that can fail returns a qlif_status. On failure nothing is written through the
 *     out-parameters and qlif_last_error_message() says what was wrong.
 *   - Handles come from a create, copy or load function and are freed by the destroy function of
 *     their type; destroying NULL does nothing. A destroyed handle must not be used again.
 *   - A handle is used by one thread at a time. Different handles may be used by different threads.
 *   - Arrays are float32 or int64, and float64 in the section on qubits; row-major (C order), without
 *     padding. Pointers into the engine's memory say how long they stay valid.
 *   - Strings are UTF-8 and end with a NUL, 16 MiB at the most.
 *   - A network, a neuron, a trainer or a loss is said by a description: one JSON object, 1 MiB at the most. A key that
 *     is absent takes the engine's default; an unknown key, a value of another type or out of range is
 *     QLIF_ERROR_INVALID_ARGUMENT or QLIF_ERROR_SHAPE, and the message names its place, such as
 *     "layers[1].neuron.threshold: 1.5, expected in (0, 1)". What the engine hands back is complete.
 *   - No function prints, exits or aborts on bad input.
 */
#ifndef QLIF_H
#define QLIF_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version ---------------------------------------------------------------------------- */

/* The version of this contract. A binding refuses a library whose qlif_abi_version() differs. */
#define QLIF_ABI_VERSION 2

/* The ABI version that the library was built with. Any thread. */
uint32_t qlif_abi_version(void);

/* The library's version, for example "0.1.0". Valid for ever. Any thread. */
const char *qlif_version(void);

/* The instruction set whose kernels run here: "x86-64", "x86-64-v3", "x86-64-v4" or "generic". It is the best that
 * the processor has, or the one that the environment variable QLIF_KERNELS names; where that names none that
 * the processor has, no network can be made or loaded. Valid for ever. Any thread. */
const char *qlif_instruction_set(void);

/* ---- Errors ----------------------------------------------------------------------------- */

typedef int32_t qlif_status;
enum {
  QLIF_OK = 0,
  QLIF_ERROR_INVALID_ARGUMENT = 1, /* a value that the argument cannot take */
  QLIF_ERROR_SHAPE = 2,            /* sizes that do not fit together */
  QLIF_ERROR_NOT_FINITE = 3,       /* NaN or infinity where a number is needed */
  QLIF_ERROR_IO = 4,               /* a file that cannot be read or written */
  QLIF_ERROR_FORMAT = 5,           /* a file that is not what it should be */
  QLIF_ERROR_OUT_OF_MEMORY = 6     /* sizes that this machine cannot hold */
};

/* What the last failed call of this thread was given and what it expected: one line, which names
 * the argument. "" before the first failure. Valid until the next call of this thread. */
const char *qlif_last_error_message(void);

/* ---- Threads ---------------------------------------------------------------------------- */

/* The most threads that one call may use from now on, in this process; 0 means as many as the process is granted
 * (the default): the least of the cores that it may run on, the quota of its control groups, and the environment
 * variables OMP_NUM_THREADS and QLIF_NUM_THREADS. Results do not depend on it, to the bit. Any thread. */
qlif_status qlif_set_thread_count(int32_t count);

/* The number of threads in force. Any thread. */
int32_t qlif_thread_count(void);

/* ---- Descriptions ----------------------------------------------------------------------- */

/* The kinds that there are, by name, as a JSON object of lists: "neuron", "layer", "encoder", "loss", "reading", "readout",
 * "schedule", "surrogate", "ties". Valid for ever. Any thread. */
qlif_status qlif_kinds(const char **out);

/* The complete description of a kind at its defaults, as JSON text. Every default of the project lives in the engine.
 *   kind   a kind of neuron ("qlif", "lif", ...) or of loss ("cross_entropy", ...), "trainer" or "circuit"
 * Valid for ever. Any thread. */
qlif_status qlif_defaults(const char *kind, const char **out);

/* Says whether a description is allowed: QLIF_OK, or the place, the value and the rule that it breaks. Any thread.
 *   kind          as in qlif_defaults
 *   description   NULL: the defaults */
qlif_status qlif_check(const char *kind, const char *description);

/* Frees a text or bytes that a function says the caller frees; NULL does nothing. */
void qlif_free(void *memory);

/* ---- Networks --------------------------------------------------------------------------- */

/* An ordered list of layers on an input. */
typedef struct qlif_network qlif_network;

/* Makes a network, with initial weights drawn from its seed. The caller owns *out. The keys of a description are
 *
 *   input_shape   the shape of one sample, 1 to 3 sizes: [784] or [1, 28, 28]
 *   steps         steps that an input constant in time is shown for, >= 1
 *   seed          seeds the initial weights and, while training, dropout; 0 to 2^64 - 1
 *   encoder       what the first layer is shown of an input, an object with the key "kind"; "direct": the numbers as
 *                 they are
 *   layers        a list of 1 to 1000, each an object with the key "kind":
 *
 * "dense": every input, flattened, to each of "units" neurons of the kind that "neuron" describes. Parameters of layer i
 * are, for a neuron of one current, "i.weight" [units, inputs] and "i.bias" [units]; a QLIF neuron has two,
 * "i.drive_weight", "i.drive_bias", "i.delay_weight" and "i.delay_bias".
 *
 * "conv2d": a kernel of "kernel_height" x "kernel_width" over all channels of an input [channels, height, width], onto
 * "channels" planes of neurons with the sides (side + 2 "padding" - kernel) / "stride" + 1, rounded down; beyond the
 * input's edges there is 0. The padding is less than the kernel's sides. Weights have the shape [channels,
 * channels of the input, kernel_height, kernel_width].
 *
 * "max_pool2d": 1 where any neuron of a window of "size" x "size" spikes; windows lie "stride" apart, and what does not
 * fill a window is left out. "ties" says to which of the neurons that are the largest the gradient goes: of those that
 * spiked, or of all where none did. "first": the first, row by row; "membrane": the one with the largest membrane, for
 * which a layer of neurons must stand right before the pooling.
 *
 * "avg_pool2d": the share of a window that spikes, windows of "size" x "size" side by side; a layer of neurons follows.
 *
 * docs/model.md has the other kinds that qlif_kinds lists. A pooling layer has no neurons and no parameters, but a number
 * of its own. A neuron is an object with the key "kind"
 * and its constants, which qlif_defaults lists; docs/model.md has their equations and units. For example
 *
 *   {"input_shape": [784], "layers": [
 *     {"kind": "dense", "units": 100, "neuron": {"kind": "qlif", "threshold": 0.5}},
 *     {"kind": "dense", "units": 10, "neuron": {"kind": "qlif"}}]}
 */
qlif_status qlif_network_create(const char *description, qlif_network **out);

void qlif_network_destroy(qlif_network *network);

/* A second network with the same layers, parameters and metadata. The caller owns *out. */
qlif_status qlif_network_copy(const qlif_network *network, qlif_network **out);

/* Number of layers. */
qlif_status qlif_network_layer_count(const qlif_network *network, int32_t *out);

/* Shape of one sample of the output of layer `layer`; -1 is the input. shape has room for 3. */
qlif_status qlif_network_layer_shape(const qlif_network *network, int32_t layer, int64_t *shape,
                                     int32_t *rank);

/* The network's description, complete: what a saved file keeps in its metadata. Valid until the network is destroyed. */
qlif_status qlif_network_description(const qlif_network *network, const char **out);

/* One parameter and its gradient, in the engine's own memory: writing to values changes the
 * network. Valid until the network is destroyed; the network owns it. */
typedef struct qlif_parameter {
  const char *name;  /* "0.drive_weight"; valid as long as the pointers below */
  float *values;     /* [shape] */
  float *gradient;   /* [shape]; of the last loss_and_gradients or trainer step, 0 before */
  int64_t shape[4];  /* the first `rank` entries count */
  int64_t size;      /* product of the shape */
  int32_t rank;
} qlif_parameter;

/* Number of parameter tensors. */
qlif_status qlif_network_parameter_count(const qlif_network *network, int32_t *out);

/* Parameter tensor number `index`, in the order of the layers. */
qlif_status qlif_network_parameter(qlif_network *network, int32_t index, qlif_parameter *out);

/* Text that travels with the network, and into its file, under a key of the caller's own; value NULL
 * removes it. Keys that begin with "qlif." are the engine's and are refused. Both are copied. */
qlif_status qlif_network_set_metadata(qlif_network *network, const char *key, const char *value);

/* The text under `key`, or NULL if there is none. Valid until the network's metadata changes. */
qlif_status qlif_network_metadata(const qlif_network *network, const char *key, const char **out);

/* The keys of the caller's own metadata: how many, and number `index` in alphabetical order. Valid until the
 * network's metadata changes. */
qlif_status qlif_network_metadata_count(const qlif_network *network, int32_t *out);
qlif_status qlif_network_metadata_key(const qlif_network *network, int32_t index, const char **out);

/* ---- Noise -------------------------------------------------------------------------------- */

/* Angles are in radians, times in microseconds; RX(theta) = exp(-i theta X / 2); reading 1 means excited. */

/* What is wrong with a qubit. Every rotation RX(theta) is, in this order: RX(theta (1 + over_rotation)),
 * depolarizing, relaxation for gate_time. Relaxation for a time t is
 *   z' = z0 + (z - z0) exp(-t/t1),  z0 = 1 - 2 excited_population,  (x, y)' = (x, y) exp(-t/t2).
 * The channels are those of Qiskit Aer: depolarizing_error(p, 1), thermal_relaxation_error(t1, t2, t,
 * excited_state_population) and ReadoutError([[1 - p01, p01], [p10, 1 - p10]]). */
typedef struct qlif_qubit_noise {
  double over_rotation;      /* relative error of every angle, [-1, 1] */
  double depolarizing;       /* probability, [0, 1]: (x, y, z)' = (1 - p) (x, y, z) */
  double t1;                 /* relaxation time, > 0; 0: the neuron's, with t2 = 2 t1 */
  double t2;                 /* coherence time, > 0, <= 2 t1; unused where t1 is 0 */
  double gate_time;          /* length of a rotation, >= 0; 0 where t1 is 0 */
  double excited_population; /* at rest, [0, 1]; unused where t1 is 0 */
  double p01;                /* probability of reading 1 in state 0, [0, 1] */
  double p10;                /* probability of reading 0 in state 1, [0, 1] */
} qlif_qubit_noise;

/* A perfect qubit. Any thread. */
qlif_status qlif_qubit_noise_default(qlif_qubit_noise *out);

/* Says whether a noise is allowed: QLIF_OK, or the value and the rule that it breaks. Any thread. */
qlif_status qlif_qubit_noise_check(const qlif_qubit_noise *noise);

/* What is wrong with the qubits of a layer of QLIF neurons, and how often each is measured in a step. */
typedef struct qlif_layer_noise {
  const qlif_qubit_noise *qubits; /* [qubit_count]; of planes of neurons in the order of the layer's shape */
  int64_t qubit_count;            /* 1: the same for all neurons; else as many as the layer has; 0: perfect */
  int64_t shots; /* 1 to 2^31 - 1: alpha is the frequency of ones among them; 0: infinitely many */
} qlif_layer_noise;

/* The noise of a run. What a neuron draws at a step depends on the seed, the number of its sample, its
 * layer, itself and the step, not on batches or threads.
 *   layer_count 0   none; seed and first_sample still count where neurons fire by measurement
 *   layer_count 1   the same for all QLIF neurons
 *   else            one for each layer of the network; for a layer without qubits, qubit_count and shots 0
 * A wait of delay_scale |v| lasts that times t1 of the qubit over t1 of the neuron: the same leak on any
 * qubit (the clock "relative" of circuits). The engine reads it during the call only. NULL: all zero. */
typedef struct qlif_noise {
  const qlif_layer_noise *layers; /* [layer_count] */
  int64_t layer_count;
  uint64_t seed;
  int64_t first_sample; /* number of the batch's first sample, >= 0 */
} qlif_noise;

/* ---- Running a network ------------------------------------------------------------------- */

/* A batch of input.
 *   steps == 0   constant in time, [batch, features], shown for the network's own steps
 *   steps >= 1   a sequence,       [steps, batch, features]
 * features is the product of the network's input shape. Every value must be finite. The engine
 * reads it during the call only. */
typedef struct qlif_input {
  const float *values;
  int64_t value_count; /* what `values` holds: must equal (steps or 1) x batch x features */
  int64_t batch;       /* >= 1 */
  int64_t steps;
} qlif_input;

/* Where the records of one layer go; each may be NULL. A pooling layer has neither membranes nor currents. */
typedef struct qlif_record {
  float *spikes;   /* [steps, batch, shape of the layer]: 0 or 1; of an average pooling the average */
  float *membrane; /* [steps, batch, shape of the layer]: QLIF: excited-state population in [0, 1]; LIF: U */
  float *currents; /* [currents of a neuron, steps, batch, shape of the layer]; of QLIF the drive, then the delay */
} qlif_record;

/* Runs the network. `records` has one entry for each of the `record_count` layers.
 * noise NULL: perfect qubits, infinitely many shots. */
qlif_status qlif_network_simulate(qlif_network *network, const qlif_input *input,
                                  const qlif_record *records, int32_t record_count,
                                  const qlif_noise *noise);

/* Predicts a class for each sample. Classes, here and for a loss, are the neurons of a last dense layer.
 *   readout  how a class is read off: "spike_count": most spikes, and at ties or silence the larger summed membrane;
 *            "membrane": the largest summed membrane. NULL: as a trainer does by default
 *   labels   [batch], or NULL
 *   scores   [batch, classes], or NULL: spikes per step ("spike_count") or mean membrane ("membrane") */
qlif_status qlif_network_predict(qlif_network *network, const qlif_input *input, const char *readout,
                                 int64_t *labels, float *scores, const qlif_noise *noise);

/* The same from records of an output layer, such as a device gave. Any thread.
 *   spikes, membrane   [steps, batch, classes]
 *   labels             [batch] */
qlif_status qlif_readout(const char *readout, int64_t steps, int64_t batch, int64_t classes,
                         const float *spikes, const float *membrane, int64_t *labels);

/* ---- Learning ---------------------------------------------------------------------------- */

/* A loss is a criterion on what is read off the outputs, mean over the batch. Its description is an object with the keys
 *
 *   kind      "cross_entropy": -log softmax(numbers)[label], for labels; "mse": the mean of the squared differences, for
 *             values; docs/model.md has the others that qlif_kinds lists
 *   reading   "membrane": the membranes at every step, the losses of the steps summed (with cross_entropy the published
 *             loss); "membrane_sum": the membranes summed over the steps; "spike_count": the spikes summed over the
 *             steps
 */

/* What the outputs should be; one of both, the other NULL. The engine reads it during the call only. */
typedef struct qlif_target {
  const int64_t *labels; /* [batch], each in 0 ..< classes */
  const float *values;   /* [batch, outputs], finite */
  int64_t value_count;   /* what `values` holds; 0 with labels */
} qlif_target;

/* What one pass over a batch showed. */
typedef struct qlif_report {
  double loss;
  double learning_rate; /* of this update; 0 where nothing was updated */
  double gradient_norm; /* before clipping; 0 where no gradient was computed */
  int64_t correct;      /* samples whose prediction was right; 0 where the target has no labels */
} qlif_report;

/* The loss of a batch without learning from it (no dropout, no gradient).
 *   loss          its description; NULL: a trainer's default
 *   readout       as in qlif_network_predict, for the report's `correct`
 *   firing_rates  [layer count], spikes per neuron and step of each layer; or NULL */
qlif_status qlif_network_evaluate(qlif_network *network, const qlif_input *input, const qlif_target *target,
                                  const char *loss, const char *readout, qlif_report *out,
                                  float *firing_rates, const qlif_noise *noise);

/* The loss, and its gradient with respect to every parameter in qlif_parameter.gradient
 * (overwritten). Without dropout. Arguments as in qlif_network_evaluate. */
qlif_status qlif_network_loss_and_gradients(qlif_network *network, const qlif_input *input,
                                            const qlif_target *target, const char *loss, double *out,
                                            const qlif_noise *noise);

/* A network being trained, with the optimizer's state. */
typedef struct qlif_trainer qlif_trainer;

/* Starts training `network`, which the trainer keeps alive until it is destroyed itself: the network's handle may be
 * destroyed first. The caller owns *out. The optimizer is Adam (Kingma and Ba, arXiv:1412.6980) with decoupled weight
 * decay (arXiv:1711.05101). The keys of its description, which may be NULL or an empty object, are
 *
 *   loss            see above
 *   readout         for the report's `correct`
 *   schedule        "constant"; "one_cycle": cosine rise from rate/25 over warmup, cosine fall to rate/250000;
 *                   "cosine": cosine fall from the rate to 0
 *   learning_rate   > 0; the peak, where the schedule has one
 *   beta1, beta2    [0, 1)
 *   epsilon         > 0
 *   weight_decay    >= 0; weights only, not biases
 *   clip_norm       global norm to clip the gradient to; 0: no clipping
 *   warmup          share of total_steps in which one_cycle rises, in (0, 1)
 *   total_steps     updates that one_cycle and cosine are spread over, >= 1 for those
 */
qlif_status qlif_trainer_create(qlif_network *network, const char *description, qlif_trainer **out);

void qlif_trainer_destroy(qlif_trainer *trainer);

/* One update from one batch: forward with dropout, backward, clipping, Adam.
 *   firing_rates  [layer count], or NULL
 * Where the loss or the gradient is not finite, nothing is updated: QLIF_ERROR_NOT_FINITE. */
qlif_status qlif_trainer_step(qlif_trainer *trainer, const qlif_input *input, const qlif_target *target,
                              qlif_report *out, float *firing_rates);

/* Trains under a noise from now on, with fresh random numbers in every step: seed counts, first_sample does
 * not. The trainer keeps a copy, in its file too. NULL: perfect qubits, infinitely many shots. */
qlif_status qlif_trainer_set_noise(qlif_trainer *trainer, const qlif_noise *noise);

/* The trainer's description, complete. The caller frees *out with qlif_free. */
qlif_status qlif_trainer_description(const qlif_trainer *trainer, char **out);

/* Updates made so far. */
qlif_status qlif_trainer_step_count(const qlif_trainer *trainer, int64_t *out);

/* ---- Qubits ------------------------------------------------------------------------------- */

/* What a neuron is on a device: one qubit, in double precision. Functions of this section have no state
 * of their own: any thread. */

/* A Bloch vector: the density matrix (1 + x X + y Y + z Z) / 2. Ground state: z = 1. */
typedef struct qlif_qubit {
  double x;
  double y;
  double z;
} qlif_qubit;

/* The state that RX(2 asin sqrt(alpha)) makes of the ground state. */
qlif_status qlif_qubit_prepare(double alpha, qlif_qubit *out);

/* RX(theta). noise NULL: a perfect gate. */
qlif_status qlif_qubit_rotate(qlif_qubit *qubit, double theta, const qlif_qubit_noise *noise);

/* The depolarizing channel with probability p. */
qlif_status qlif_qubit_depolarize(qlif_qubit *qubit, double p);

/* Waits `duration` >= 0 with the noise's t1, t2 and excited_population; t1 must be given. */
qlif_status qlif_qubit_wait(qlif_qubit *qubit, double duration, const qlif_qubit_noise *noise);

/* The probability of reading 1: alpha (1 - p10) + (1 - alpha) p01. noise NULL: a perfect reading. */
qlif_status qlif_qubit_measure(const qlif_qubit *qubit, const qlif_qubit_noise *noise, double *out);

typedef int32_t qlif_pulse_shape;
enum {
  QLIF_PULSE_CONSTANT = 0, /* omega = theta / duration */
  QLIF_PULSE_GAUSSIAN = 1  /* omega ~ exp(-(t - duration/2)^2 / (2 sigma^2)), cut off at both ends */
};

/* A drive of finite length: H / hbar = (detuning Z + omega(t) X) / 2. */
typedef struct qlif_pulse {
  qlif_pulse_shape shape;
  double theta;    /* integral of omega over the pulse, radians */
  double duration; /* > 0 */
  double detuning; /* the qubit's frequency less the drive's, radians per microsecond */
  double sigma;    /* of GAUSSIAN: >= duration/1000, > 0 */
} qlif_pulse;

/* Follows a pulse by the Lindblad equation, with the noise's t1, t2 and excited_population (t1 0 or
 * noise NULL: no relaxation).
 *   samples     >= 1
 *   trajectory  [samples], states at equal intervals after the start, the last at the pulse's end;
 *               or NULL */
qlif_status qlif_qubit_follow(qlif_qubit *qubit, const qlif_pulse *pulse, const qlif_qubit_noise *noise,
                              int64_t samples, qlif_qubit *trajectory);

/* A neuron on a qubit is described by an object with the keys
 *
 *   neuron      a QLIF neuron; its memory says whether the qubit is prepared anew at every step or kept
 *   leak_form   "delay": it waits, for the neuron's leak "relaxation" only; "rotation": RX(gamma),
 *               gamma = 2 asin sqrt(alpha decay) - 2 asin sqrt(alpha), or -2 asin sqrt(alpha decay) of the leak
 *               "published". Absent: a delay where that can be
 *   clock       how long a delay of delay_scale |v| lasts on a qubit whose T1 is not the neuron's. "relative":
 *               delay_scale |v| (T1 of the qubit) / (t1 of the neuron), the same leak; "absolute": delay_scale |v|
 *               microseconds
 */

/* Runs `count` neurons for `steps` steps with infinitely many shots, each on a qubit of its own.
 *   noise, noise_count  one for all (1), or one for each neuron (count); NULL and 0: perfect
 *   drive, delay        currents u and v, [steps, count]
 *   before              [count], the populations that they remember at the start; NULL: 0
 *   alpha               [steps, count], what is read; NULL: not wanted
 *   spikes              [steps, count], 0 or 1; NULL: not wanted
 *   qubits              [steps, count], states before the reading; NULL: not wanted
 * In a step that the reset takes, alpha is 0 and the qubit in its ground state. With infinitely many shots
 * only a threshold can fire: a neuron that fires by measurement is refused. */
qlif_status qlif_circuit_run(const char *description, const qlif_qubit_noise *noise, int64_t noise_count,
                             int64_t steps, int64_t count, const double *drive, const double *delay,
                             const double *before, double *alpha, double *spikes, qlif_qubit *qubits);

/* What one step of `count` re-prepared neurons does to their qubits.
 *   noise, noise_count   as in qlif_circuit_run; they give T1 for delays
 *   alpha                [count], the populations that the neurons remember
 *   drive, delay         [count], currents u and v
 *   phi                  [count], the memory RX(phi), radians
 *   theta                [count], the input spike's or the leak's RX(theta), radians; 0 where the leak waits
 *   wait                 [count], the leak's delay, microseconds; 0 where there is none */
qlif_status qlif_circuit_angles(const char *description, const qlif_qubit_noise *noise, int64_t noise_count,
                                int64_t count, const double *alpha, const double *drive,
                                const double *delay, double *phi, double *theta, double *wait);

/* OpenQASM 3 text of one step of a layer: `count` qubits, 262144 at the most, side by side, two rotations at most on each (or
 * one and a delay), no gate of two qubits; qubit j is measured into bit j. noise gives T1 for delays; NULL:
 * the neuron's.
 *   alpha         [count], the populations that the neurons remember
 *   drive, delay  [count], currents u and v
 * The caller frees *out with qlif_free. */
qlif_status qlif_circuit_layer_qasm(const char *description, const qlif_qubit_noise *noise, int64_t count,
                                    const double *alpha, const double *drive, const double *delay,
                                    char **out);

/* The same of what the QLIF neurons of a layer remember and receive at a step, counted from 0, of a run of `network`
 * without noise.
 *   input         a batch of one sample
 *   description   of the circuit, without "neuron"; NULL: the defaults */
qlif_status qlif_network_layer_qasm(qlif_network *network, const qlif_input *input, int32_t layer,
                                    int64_t step, const char *description, const qlif_qubit_noise *noise,
                                    char **out);

/* OpenQASM 3 text of a neuron's whole spike train, 262144 steps at the most, on one qubit. With the memory
 * "reprepare" step t is measured into bit t; with "coherent" the qubit is measured once, at the end. A neuron that
 * fires by measurement, and so at random, is refused.
 *   drive, delay  [steps], currents u and v
 * The caller frees *out with qlif_free. */
qlif_status qlif_circuit_train_qasm(const char *description, const qlif_qubit_noise *noise, int64_t steps,
                                    const double *drive, const double *delay, char **out);

/* ---- Files ------------------------------------------------------------------------------- */

/* A path is the file system's bytes, up to the NUL; it need not be UTF-8.
 *
 * A save is atomic: a crash leaves the old file or the new one, and nothing else for longer than until the
 * next save in that folder. A link is followed; a file that is there keeps its mode and its owner; a new one
 * obeys the umask. A pipe or a character device is written to. QLIF_ERROR_IO where the file is read-only, is
 * a folder, socket or block device, or the system refuses. A load takes plain files only. */

/* Writes the network to one .safetensors file: parameters under their names, the description and
 * the metadata. */
qlif_status qlif_network_save(const qlif_network *network, const char *path);

/* Reads a file written by qlif_network_save or qlif_trainer_save. The caller owns *out. The checkpoint of a
 * classifier's training in Python is QLIF_ERROR_FORMAT: its network takes inputs that the classifier scales. */
qlif_status qlif_network_load(const char *path, qlif_network **out);

/* The same in memory. The caller frees *out with qlif_free. */
qlif_status qlif_network_serialize(const qlif_network *network, uint8_t **out, int64_t *size);
qlif_status qlif_network_deserialize(const uint8_t *bytes, int64_t size, qlif_network **out);

/* Writes the network and everything that training needs to go on to the same bits. */
qlif_status qlif_trainer_save(const qlif_trainer *trainer, const char *path);

/* Reads a file written by qlif_trainer_save: training goes on where it stopped. The caller owns both;
 * either may be destroyed first. */
qlif_status qlif_trainer_load(const char *path, qlif_trainer **out, qlif_network **network);

/* The same in memory, as for a network. */
qlif_status qlif_trainer_serialize(const qlif_trainer *trainer, uint8_t **out, int64_t *size);
qlif_status qlif_trainer_deserialize(const uint8_t *bytes, int64_t size, qlif_trainer **out,
                                     qlif_network **network);

#ifdef __cplusplus
}
#endif
#endif
