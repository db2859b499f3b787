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
#define QLIF_ABI_VERSION 1

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

/* ---- Neurons ---------------------------------------------------------------------------- */

typedef int32_t qlif_neuron_kind;
enum {
  QLIF_NEURON_QLIF = 0, /* quantum leaky integrate-and-fire: a drive and a delay current */
  QLIF_NEURON_LIF = 1   /* leaky integrate-and-fire, the classical twin: one current */
};

typedef int32_t qlif_leak;
enum {
  QLIF_LEAK_RELAXATION = 0, /* T1 decay: alpha' = alpha exp(-delay/T1) */
  QLIF_LEAK_PUBLISHED = 1,  /* the authors' code: alpha' = sin^2((phi - 2 asin sqrt(alpha exp(-delay/T1)))/2) */
  QLIF_LEAK_ROTATION = 2    /* T1 decay done by a rotation: RX(2 asin sqrt(alpha exp(-delay/T1)) - phi) */
};

/* How a neuron remembers its membrane from one step to the next. */
typedef int32_t qlif_memory;
enum {
  QLIF_MEMORY_REPREPARE = 0, /* measured every step, prepared anew by RX(2 asin sqrt(alpha)) */
  QLIF_MEMORY_COHERENT = 1   /* the qubit is kept as it is, with T1 and T2 */
};

/* What makes a spike. */
typedef int32_t qlif_firing;
enum {
  QLIF_FIRING_THRESHOLD = 0,  /* alpha > threshold */
  QLIF_FIRING_MEASUREMENT = 1 /* the outcome of one shot: a spike with the probability alpha */
};

typedef int32_t qlif_drive_bound;
enum {
  QLIF_DRIVE_BOUND_NONE = 0, /* theta = drive_scale |u| */
  QLIF_DRIVE_BOUND_TANH = 1  /* theta = drive_scale tanh |u| */
};

/* What a spike does to the membrane of a LIF neuron, one step later. */
typedef int32_t qlif_reset;
enum {
  QLIF_RESET_SUBTRACT = 0, /* U' = beta U + I - threshold */
  QLIF_RESET_ZERO = 1      /* U' = I */
};

/* The derivative that stands in for d spike / d alpha; x = alpha - threshold, k = slope. */
typedef int32_t qlif_surrogate;
enum {
  QLIF_SURROGATE_ARCTAN = 0,       /* 1 / (1 + (pi k x)^2) */
  QLIF_SURROGATE_FAST_SIGMOID = 1, /* 1 / (1 + k |x|)^2 */
  QLIF_SURROGATE_SIGMOID = 2,      /* k q (1 - q),  q = 1 / (1 + exp(-k x)) */
  QLIF_SURROGATE_TRIANGULAR = 3    /* max(0, 1 - k |x|) */
};

/* One population of neurons: the model, its constants and its surrogate. The constants of the other kind are 0,
 * as qlif_neuron_config_default leaves them; anything else is refused. */
typedef struct qlif_neuron_config {
  qlif_neuron_kind kind;
  qlif_leak leak;               /* QLIF */
  qlif_drive_bound drive_bound; /* QLIF */
  qlif_surrogate surrogate;
  int32_t refractory; /* QLIF. 1: the reset takes a step of its own (the authors' code); 0: it does not */
  qlif_reset reset;   /* LIF */
  qlif_memory memory; /* QLIF */
  qlif_firing firing; /* QLIF */
  float threshold;    /* the neuron fires above it: a population in (0, 1) (QLIF), a membrane > 0 (LIF) */
  float t1;           /* QLIF: relaxation time, microseconds, > 0 */
  float drive_scale;  /* QLIF: radians of rotation per unit of drive, > 0 */
  float delay_scale;  /* QLIF: microseconds of waiting per unit of delay, >= 0 */
  float beta;         /* LIF: share of the membrane that a step leaves, in [0, 1] */
  float slope;        /* steepness k of the surrogate, > 0 */
  float dropout;      /* share of this layer's spikes left out while training, in [0, 1) */
} qlif_neuron_config;

/* The defaults of a kind; every default of the project lives in the engine. Any thread. */
qlif_status qlif_neuron_config_default(qlif_neuron_kind kind, qlif_neuron_config *out);

/* ---- Networks --------------------------------------------------------------------------- */

/* An ordered list of layers; each layer is a synapse and the neurons behind it. */
typedef struct qlif_network qlif_network;

/* Makes a network without layers.
 *   input_shape, input_rank   the shape of one sample, 1 to 3 sizes; (784) or (1, 28, 28)
 *   steps                     steps that an input constant in time is shown for, >= 1
 *   seed                      seeds the initial weights and, while training, dropout
 * The caller owns *out. */
qlif_status qlif_network_create(const int64_t *input_shape, int32_t input_rank, int64_t steps,
                                uint64_t seed, qlif_network **out);

void qlif_network_destroy(qlif_network *network);

/* A second network with the same layers, parameters and metadata. The caller owns *out. */
qlif_status qlif_network_copy(const qlif_network *network, qlif_network **out);

/* Adds a dense synapse onto `units` neurons, every input (flattened) to every neuron, with weights
 * drawn from the network's seed. Parameters of a QLIF layer i:
 *   "i.drive_weight" [units, inputs]   "i.drive_bias" [units]
 *   "i.delay_weight" [units, inputs]   "i.delay_bias" [units]
 * and of a LIF layer "i.weight" and "i.bias". */
qlif_status qlif_network_add_dense(qlif_network *network, int64_t units,
                                   const qlif_neuron_config *neuron);

/* Adds a convolution, for an input of shape [channels, height, width]: a kernel over all its channels onto
 * `channels` planes of neurons, whose sides are (side + 2 padding - kernel) / stride + 1, rounded down; beyond
 * the input's edges there is 0. The padding is less than the kernel's sides. Parameters as those of a dense
 * layer, the weights of shape [channels, channels of the input, kernel_height, kernel_width]. */
qlif_status qlif_network_add_conv2d(qlif_network *network, int64_t channels, int64_t kernel_height,
                                    int64_t kernel_width, int64_t stride, int64_t padding,
                                    const qlif_neuron_config *neuron);

/* To which of the neurons that are a window's largest its gradient goes: of those that spiked, or of all
 * where none did. */
typedef int32_t qlif_pool_ties;
enum {
  QLIF_POOL_TIES_FIRST = 0,   /* the first, row by row */
  QLIF_POOL_TIES_MEMBRANE = 1 /* the one with the largest membrane; neurons must be right before the pooling */
};

/* Adds a pooling of each plane's spikes over size x size windows; what does not fill a window is left out.
 * The largest: 1 where any neuron of the window spikes. The average: the share of the window that spikes,
 * windows side by side; a layer of neurons must follow. A pooling layer has no neurons and no parameters, but a
 * number of its own. */
qlif_status qlif_network_add_max_pool2d(qlif_network *network, int64_t size, int64_t stride,
                                        qlif_pool_ties ties);
qlif_status qlif_network_add_avg_pool2d(qlif_network *network, int64_t size);

/* Number of layers. */
qlif_status qlif_network_layer_count(const qlif_network *network, int32_t *out);

/* Shape of one sample of the output of layer `layer`; -1 is the input. shape has room for 3. */
qlif_status qlif_network_layer_shape(const qlif_network *network, int32_t layer, int64_t *shape,
                                     int32_t *rank);

/* The neurons of layer `layer`; a pooling layer has none and is refused. */
qlif_status qlif_network_layer_neuron(const qlif_network *network, int32_t layer,
                                      qlif_neuron_config *out);

/* Steps that an input constant in time is shown for. */
qlif_status qlif_network_steps(const qlif_network *network, int64_t *out);

/* The network as JSON text: what a saved file keeps in its metadata. Valid until the network is
 * changed or destroyed or this is called again. */
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
 * qubit (QLIF_DELAY_CLOCK_RELATIVE). The engine reads it during the call only. NULL: all zero. */
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

/* Where the records of one layer go; each may be NULL. [steps, batch, shape of the layer] */
typedef struct qlif_record {
  float *spikes; /* 0 or 1; of an average pooling the average */
  float *alpha;  /* QLIF: excited-state population in [0, 1]; LIF: membrane; of a pooling layer NULL only */
} qlif_record;

/* Runs the network. `records` has one entry for each of the `record_count` layers.
 * noise NULL: perfect qubits, infinitely many shots. */
qlif_status qlif_network_simulate(qlif_network *network, const qlif_input *input,
                                  const qlif_record *records, int32_t record_count,
                                  const qlif_noise *noise);

/* How a class is read off the output layer. */
typedef int32_t qlif_readout;
enum {
  QLIF_READOUT_SPIKE_COUNT = 0, /* most spikes; ties and silence: the larger summed alpha */
  QLIF_READOUT_MEMBRANE = 1     /* largest summed alpha */
};

/* Predicts a class for each sample. Classes, here and for a loss, are the neurons of a last dense layer.
 *   labels   [batch], or NULL
 *   scores   [batch, classes], or NULL: spikes per step (SPIKE_COUNT) or mean alpha (MEMBRANE) */
qlif_status qlif_network_predict(qlif_network *network, const qlif_input *input,
                                 qlif_readout readout, int64_t *labels, float *scores,
                                 const qlif_noise *noise);

/* ---- Learning ---------------------------------------------------------------------------- */

/* Cross-entropy of softmax(logits) against the label, mean over the batch. */
typedef int32_t qlif_loss;
enum {
  QLIF_LOSS_MEMBRANE = 0,        /* sum over steps of the loss with logits alpha[t] (published) */
  QLIF_LOSS_SUMMED_MEMBRANE = 1, /* logits: alpha summed over the steps */
  QLIF_LOSS_SPIKE_COUNT = 2      /* logits: spikes summed over the steps */
};

/* What one pass over a batch showed. */
typedef struct qlif_report {
  double loss;
  double learning_rate; /* of this update; 0 where nothing was updated */
  double gradient_norm; /* before clipping; 0 where no gradient was computed */
  int64_t correct;      /* samples whose prediction was right */
} qlif_report;

/* The loss of a batch without learning from it (no dropout, no gradient).
 *   labels        [batch], each in 0 ..< classes
 *   firing_rates  [layer count], spikes per neuron and step of each layer; or NULL */
qlif_status qlif_network_evaluate(qlif_network *network, const qlif_input *input,
                                  const int64_t *labels, qlif_loss loss, qlif_readout readout,
                                  qlif_report *out, float *firing_rates,
                                  const qlif_noise *noise);

/* The loss, and its gradient with respect to every parameter in qlif_parameter.gradient
 * (overwritten). Without dropout. */
qlif_status qlif_network_loss_and_gradients(qlif_network *network, const qlif_input *input,
                                            const int64_t *labels, qlif_loss loss, double *out,
                                            const qlif_noise *noise);

typedef int32_t qlif_schedule;
enum {
  QLIF_SCHEDULE_CONSTANT = 0,
  QLIF_SCHEDULE_ONE_CYCLE = 1, /* cosine rise from rate/25 over warmup, cosine fall to rate/250000 */
  QLIF_SCHEDULE_COSINE = 2     /* cosine fall from the rate to 0 */
};

/* Adam (Kingma and Ba, arXiv:1412.6980) with decoupled weight decay (arXiv:1711.05101). */
typedef struct qlif_trainer_config {
  qlif_loss loss;
  qlif_readout readout;  /* for the report's `correct` */
  qlif_schedule schedule;
  float learning_rate;   /* > 0; the peak, where the schedule has one */
  float beta1;           /* [0, 1) */
  float beta2;           /* [0, 1) */
  float epsilon;         /* > 0 */
  float weight_decay;    /* >= 0; weights only, not biases */
  float clip_norm;       /* global norm to clip the gradient to; 0: no clipping */
  float warmup;          /* share of total_steps in which ONE_CYCLE rises, in (0, 1) */
  int64_t total_steps;   /* updates that ONE_CYCLE and COSINE are spread over, >= 1 for those */
} qlif_trainer_config;

qlif_status qlif_trainer_config_default(qlif_trainer_config *out);

/* A network being trained, with the optimizer's state. */
typedef struct qlif_trainer qlif_trainer;

/* Starts training `network`, which the trainer keeps alive until it is destroyed itself: the network's
 * handle may be destroyed first. The network must have a layer. The caller owns *out. */
qlif_status qlif_trainer_create(qlif_network *network, const qlif_trainer_config *config,
                                qlif_trainer **out);

void qlif_trainer_destroy(qlif_trainer *trainer);

/* One update from one batch: forward with dropout, backward, clipping, Adam.
 *   labels        [batch], each in 0 ..< classes
 *   firing_rates  [layer count], or NULL
 * Where the loss or the gradient is not finite, nothing is updated: QLIF_ERROR_NOT_FINITE. */
qlif_status qlif_trainer_step(qlif_trainer *trainer, const qlif_input *input,
                              const int64_t *labels, qlif_report *out, float *firing_rates);

/* Trains under a noise from now on, with fresh random numbers in every step: seed counts, first_sample does
 * not. The trainer keeps a copy, in its file too. NULL: perfect qubits, infinitely many shots. */
qlif_status qlif_trainer_set_noise(qlif_trainer *trainer, const qlif_noise *noise);

/* How the trainer was made. */
qlif_status qlif_trainer_get_config(const qlif_trainer *trainer, qlif_trainer_config *out);

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

/* How a circuit leaks. */
typedef int32_t qlif_circuit_leak;
enum {
  QLIF_CIRCUIT_LEAK_DELAY = 0,   /* it waits; for QLIF_LEAK_RELAXATION only */
  QLIF_CIRCUIT_LEAK_ROTATION = 1 /* RX(gamma), gamma = 2 asin sqrt(alpha decay) - 2 asin sqrt(alpha) */
};

/* How long a delay of delay_scale |v| lasts on a qubit whose T1 is not the neuron's. */
typedef int32_t qlif_delay_clock;
enum {
  QLIF_DELAY_CLOCK_RELATIVE = 0, /* delay_scale |v| (T1 of the qubit) / (t1 of the neuron): the same leak */
  QLIF_DELAY_CLOCK_ABSOLUTE = 1  /* delay_scale |v| microseconds */
};

/* A neuron on a qubit. */
typedef struct qlif_circuit_config {
  qlif_neuron_config neuron;
  qlif_memory memory;
  qlif_circuit_leak leak;
  qlif_delay_clock clock;
} qlif_circuit_config;

/* The neuron's defaults, QLIF_MEMORY_REPREPARE, QLIF_CIRCUIT_LEAK_DELAY, QLIF_DELAY_CLOCK_RELATIVE. */
qlif_status qlif_circuit_config_default(qlif_circuit_config *out);

/* Runs `count` neurons for `steps` steps with infinitely many shots, each on a qubit of its own.
 *   noise, noise_count  one for all (1), or one for each neuron (count); NULL and 0: perfect
 *   drive, delay        currents u and v, [steps, count]
 *   before              [count], the populations that they remember at the start; NULL: 0
 *   alpha               [steps, count], what is read; NULL: not wanted
 *   spikes              [steps, count], 0 or 1; NULL: not wanted
 *   qubits              [steps, count], states before the reading; NULL: not wanted
 * In a step that the reset takes, alpha is 0 and the qubit in its ground state. With infinitely many shots
 * only a threshold can fire: a neuron of QLIF_FIRING_MEASUREMENT is refused. */
qlif_status qlif_circuit_run(const qlif_circuit_config *config, const qlif_qubit_noise *noise,
                             int64_t noise_count, int64_t steps, int64_t count, const double *drive,
                             const double *delay, const double *before, double *alpha, double *spikes,
                             qlif_qubit *qubits);

/* OpenQASM 3 text of one step of a layer: `count` qubits, 262144 at the most, side by side, two rotations at most on each (or
 * one and a delay), no gate of two qubits; qubit j is measured into bit j. noise gives T1 for delays; NULL:
 * the neuron's.
 *   alpha         [count], the populations that the neurons remember
 *   drive, delay  [count], currents u and v
 * The caller frees *out with qlif_text_free. */
qlif_status qlif_circuit_layer_qasm(const qlif_circuit_config *config, const qlif_qubit_noise *noise,
                                    int64_t count, const double *alpha, const double *drive,
                                    const double *delay, char **out);

/* OpenQASM 3 text of a neuron's whole spike train, 262144 steps at the most, on one qubit. With REPREPARE,
 * step t is measured into bit t; with COHERENT the qubit is measured once, at the end. A neuron of
 * QLIF_FIRING_MEASUREMENT, which fires at random, is refused.
 *   drive, delay  [steps], currents u and v
 * The caller frees *out with qlif_text_free. */
qlif_status qlif_circuit_train_qasm(const qlif_circuit_config *config, const qlif_qubit_noise *noise,
                                    int64_t steps, const double *drive, const double *delay, char **out);

void qlif_text_free(char *text);

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

/* The same in memory. The caller frees *out with qlif_bytes_free. */
qlif_status qlif_network_serialize(const qlif_network *network, uint8_t **out, int64_t *size);
qlif_status qlif_network_deserialize(const uint8_t *bytes, int64_t size, qlif_network **out);
void qlif_bytes_free(uint8_t *bytes);

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
