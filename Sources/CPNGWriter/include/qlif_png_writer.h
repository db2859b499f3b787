/*
 * One call that turns pixels into a PNG file in memory.
 *
 * It is C because libpng reports errors by long jumps, which may cross C frames but not Swift ones:
 * every jump starts and ends inside qlif_png_encode.
 */
#ifndef QLIF_PNG_WRITER_H
#define QLIF_PNG_WRITER_H

#include <stddef.h>
#include <stdint.h>

/* A text chunk: a keyword of 1 to 79 printable ASCII characters and a UTF-8 value. */
typedef struct qlif_png_text {
  const char *keyword;
  const char *value;
} qlif_png_text;

typedef struct qlif_png_image {
  const uint8_t *rgb; /* height rows of width pixels of 3 bytes, without padding */
  uint32_t width;
  uint32_t height;
  uint32_t pixels_per_metre; /* 0: leave the resolution out */
  const qlif_png_text *texts;
  size_t text_count;
} qlif_png_image;

/*
 * Encodes the image. Returns 0 and gives the file's bytes through the out-parameters; the caller
 * releases them with free(). Otherwise returns 1, leaves them NULL and 0, and writes one line of at
 * most message_size bytes, its NUL included, into message.
 */
int qlif_png_encode(const qlif_png_image *image, uint8_t **bytes, size_t *size, char *message,
                    size_t message_size);

#endif
