#include "qlif_png_writer.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What libpng's callbacks share with the call: the growing file and where its error goes. */
typedef struct writer {
  uint8_t *bytes;
  size_t size;
  size_t capacity;
  char *message;
  size_t message_size;
} writer;

static void on_error(png_structp png, png_const_charp text) {
  writer *w = png_get_error_ptr(png);
  if (w->message_size > 0) snprintf(w->message, w->message_size, "%s", text);
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void on_write(png_structp png, png_bytep data, size_t length) {
  writer *w = png_get_io_ptr(png);
  if (length > SIZE_MAX / 4 - w->size) png_error(png, "image too large");
  if (w->size + length > w->capacity) {
    size_t capacity = w->capacity ? w->capacity : 1 << 16;
    while (capacity < w->size + length) capacity *= 2;
    uint8_t *bytes = realloc(w->bytes, capacity);
    if (bytes == NULL) png_error(png, "out of memory");
    w->bytes = bytes;
    w->capacity = capacity;
  }
  memcpy(w->bytes + w->size, data, length);
  w->size += length;
}

static void on_flush(png_structp png) { (void)png; }

static int is_ascii(const char *text) {
  for (; *text; text++)
    if ((unsigned char)*text > 0x7e) return 0;
  return 1;
}

/* The part that libpng may jump out of. Its locals are not read after the jump. */
static int encode(png_structp png, png_infop info, const qlif_png_image *image, png_text *texts) {
  if (setjmp(png_jmpbuf(png))) return 1;
  png_set_IHDR(png, info, image->width, image->height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
  if (image->pixels_per_metre > 0)
    png_set_pHYs(png, info, image->pixels_per_metre, image->pixels_per_metre, PNG_RESOLUTION_METER);
  for (size_t i = 0; i < image->text_count; i++) {
    /* tEXt is Latin-1, so anything beyond ASCII goes into iTXt, which is UTF-8. */
    texts[i].compression =
        is_ascii(image->texts[i].value) ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE;
    texts[i].key = (png_charp)image->texts[i].keyword;
    texts[i].text = (png_charp)image->texts[i].value;
  }
  if (image->text_count > 0) png_set_text(png, info, texts, (int)image->text_count);
  png_write_info(png, info);
  for (uint32_t y = 0; y < image->height; y++)
    png_write_row(png, image->rgb + (size_t)y * image->width * 3);
  png_write_end(png, NULL);
  return 0;
}

int qlif_png_encode(const qlif_png_image *image, uint8_t **bytes, size_t *size, char *message,
                    size_t message_size) {
  writer w = {NULL, 0, 0, message, message_size};
  int failed = 1;
  *bytes = NULL;
  *size = 0;
  if (message_size > 0) snprintf(message, message_size, "out of memory");
  png_text *texts = calloc(image->text_count + 1, sizeof *texts);
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &w, on_error, on_warning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (texts && info) {
    png_set_write_fn(png, &w, on_write, on_flush);
    failed = encode(png, info, image, texts);
  }
  if (png) png_destroy_write_struct(&png, &info);
  free(texts);
  if (failed) {
    free(w.bytes);
    return 1;
  }
  if (message_size > 0) message[0] = 0;
  *bytes = w.bytes;
  *size = w.size;
  return 0;
}
