/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin as a whole: what it registers, and what gst-inspect-1.0 has to
 * say about every element and property. */
#include <gst/check/gstcheck.h>

#include <savant/gst.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static const gchar *const elements[] = { "savantbufgen", "savanttransform",
  "savantbatch", "savantunbatch" };

static GstPlugin *
load_plugin (void)
{
  GstPlugin *plugin = gst_plugin_load_by_name ("savant");

  fail_unless (plugin != NULL, "plugin savant does not load");
  return plugin;
}

/* Whether the running GStreamer loads a plugin that says so. */
static gboolean
knows_apache (void)
{
  guint major, minor, micro, nano;

  gst_version (&major, &minor, &micro, &nano);
  return minor > 20 || (minor == 20 && micro >= 3);
}

GST_START_TEST (test_load)
{
  GstPlugin *plugin = load_plugin ();
  gchar *dir = g_path_get_dirname (gst_plugin_get_filename (plugin));
  gchar *maps;

  fail_unless_equals_string (gst_plugin_get_version (plugin),
      savant_version ());
  fail_unless_equals_string (dir, g_getenv ("SAVANT_TEST_NATIVE_DIR"));
  fail_unless_equals_string (gst_plugin_get_source (plugin), "savant");
  fail_unless_equals_string (gst_plugin_get_license (plugin),
      knows_apache () ? "Apache 2.0" : "unknown");
  fail_unless (strstr (gst_plugin_get_description (plugin), "(Apache-2.0)")
      != NULL);
  /* Nothing of a GPU is needed, or looked for, to get here. */
  fail_unless (g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL));
  fail_unless (strstr (maps, "libgstsavant-1.0.so") != NULL);
  fail_if (strstr (maps, "libcuda") != NULL);
  fail_if (strstr (maps, "libnvbuf") != NULL);
  g_free (maps);
  g_free (dir);
  gst_object_unref (plugin);
}
GST_END_TEST;

GST_START_TEST (test_features)
{
  GList *features, *item;
  guint i, found = 0;

  gst_object_unref (load_plugin ());
  features =
      gst_registry_get_feature_list_by_plugin (gst_registry_get (), "savant");
  for (item = features; item != NULL; item = item->next) {
    const gchar *name = GST_OBJECT_NAME (item->data);
    gboolean known = FALSE;

    for (i = 0; i < G_N_ELEMENTS (elements); i++)
      known = known || g_str_equal (name, elements[i]);
    fail_unless (known, "unexpected feature %s", name);
    fail_unless (GST_IS_ELEMENT_FACTORY (item->data));
    fail_unless_equals_int (gst_plugin_feature_get_rank (item->data),
        GST_RANK_NONE);
    found++;
  }
  fail_unless_equals_int (found, G_N_ELEMENTS (elements));
  gst_plugin_feature_list_free (features);
}
GST_END_TEST;

GST_START_TEST (test_metadata)
{
  static const gchar *const classes[] = { "Source/Video",
    "Filter/Converter/Video/Scaler/Colorspace",
    "Filter/Converter/Video/Scaler/Muxer", "Filter/Video/Demuxer" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (elements); i++) {
    GstElementFactory *factory = gst_element_factory_find (elements[i]);
    const GList *templates;

    fail_unless (factory != NULL, "no element %s", elements[i]);
    fail_unless_equals_string (gst_element_factory_get_metadata (factory,
                                   GST_ELEMENT_METADATA_AUTHOR),
        "Savant for GStreamer and Java");
    fail_unless_equals_string (gst_element_factory_get_metadata (factory,
                                   GST_ELEMENT_METADATA_KLASS),
        classes[i]);
    fail_unless (g_str_has_prefix (gst_element_factory_get_metadata (factory,
                                       GST_ELEMENT_METADATA_LONGNAME),
        "Savant "));
    fail_unless (strlen (gst_element_factory_get_metadata (factory,
                     GST_ELEMENT_METADATA_DESCRIPTION))
            > 40,
        "%s has no description to speak of", elements[i]);
    templates = gst_element_factory_get_static_pad_templates (factory);
    fail_unless (templates != NULL);
    for (; templates != NULL; templates = templates->next) {
      GstStaticPadTemplate *template = templates->data;
      GstCaps *caps = gst_static_pad_template_get_caps (template);

      fail_if (gst_caps_is_any (caps) || gst_caps_is_empty (caps));
      gst_caps_unref (caps);
    }
    gst_object_unref (factory);
  }
}
GST_END_TEST;

/* ---- Properties -----------------------------------------------------------
 */

static void
check_enum (const GParamSpec *spec)
{
  GEnumClass *klass = g_type_class_ref (spec->value_type);
  guint i;

  fail_unless (g_str_has_prefix (g_type_name (spec->value_type), "GstSavant")
      || g_str_has_prefix (g_type_name (spec->value_type), "GstVideo"));
  for (i = 0; i < klass->n_values; i++) {
    const gchar *nick = klass->values[i].value_nick;
    const gchar *c;

    for (c = nick; *c != '\0'; c++)
      fail_unless (g_ascii_islower (*c) || g_ascii_isdigit (*c) || *c == '-',
          "%s: nick \"%s\"", spec->name, nick);
    /* GStreamer's own enums say what they like. */
    fail_unless (g_str_has_prefix (g_type_name (spec->value_type), "GstVideo")
            || (strlen (klass->values[i].value_name) >= 5
                && strchr (klass->values[i].value_name, '_') == NULL),
        "%s: value %s is described by \"%s\"", spec->name, nick,
        klass->values[i].value_name);
  }
  g_type_class_unref (klass);
}

/* A property that says what it is, in which unit and when it may change. */
static void
check_property (const gchar *element, GParamSpec *spec)
{
  const gchar *blurb = g_param_spec_get_blurb (spec);

  fail_unless (blurb != NULL && strlen (blurb) >= 20,
      "%s: property %s has the blurb \"%s\"", element, spec->name, blurb);
  fail_unless (g_ascii_isupper (blurb[0]), "%s: \"%s\"", spec->name, blurb);
  fail_unless (g_ascii_isupper (g_param_spec_get_nick (spec)[0]),
      "%s: property %s has the nick \"%s\"", element, spec->name,
      g_param_spec_get_nick (spec));
  fail_unless ((spec->flags & G_PARAM_STATIC_STRINGS) == G_PARAM_STATIC_STRINGS,
      "%s: property %s copies its strings", element, spec->name);
  fail_unless (spec->flags & G_PARAM_READABLE);
  if (spec->flags & G_PARAM_WRITABLE)
    fail_unless (spec->flags
            & (GST_PARAM_MUTABLE_READY | GST_PARAM_MUTABLE_PAUSED
                | GST_PARAM_MUTABLE_PLAYING),
        "%s: when may property %s change?", element, spec->name);
  if (spec->flags & GST_PARAM_CONTROLLABLE)
    fail_unless (spec->flags & GST_PARAM_MUTABLE_PLAYING);
  if (G_IS_PARAM_SPEC_ENUM (spec))
    check_enum (spec);
  if (g_str_has_suffix (spec->name, "-timeout"))
    fail_unless (strstr (blurb, "anoseconds") != NULL, "%s", blurb);
}

GST_START_TEST (test_properties)
{
  guint i, k, n, own = 0;

  for (i = 0; i < G_N_ELEMENTS (elements); i++) {
    GstElement *e = gst_element_factory_make (elements[i], NULL);
    GParamSpec **specs =
        g_object_class_list_properties (G_OBJECT_GET_CLASS (e), &n);

    for (k = 0; k < n; k++) {
      if (specs[k]->owner_type == G_OBJECT_TYPE (e)) {
        check_property (elements[i], specs[k]);
        own++;
      }
    }
    g_free (specs);
    gst_object_unref (e);
  }
  fail_unless (own > 20);
}
GST_END_TEST;

/* Names and numbers that are none. */
GST_START_TEST (test_unknown_values)
{
  static const gchar *const lines[][2] = {
    { "savanttransform padding=diagonal", "\"diagonal\"" },
    { "savanttransform interpolation=sharp", "\"sharp\"" },
    { "savanttransform compute-mode=abacus", "\"abacus\"" },
    { "savanttransform roi-policy=maybe", "\"maybe\"" },
    { "savanttransform mem-type=SYSTEM_MEMORY", "\"SYSTEM_MEMORY\"" },
    { "savanttransform pad-colour=0", "\"pad-colour\"" },
    { "savantbufgen pattern=checkers", "\"checkers\"" },
    { "savantbufgen pool=3", "\"pool\"" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (lines); i++) {
    GError *error = NULL;
    GstElement *e = gst_parse_launch_full (lines[i][0], NULL,
        GST_PARSE_FLAG_FATAL_ERRORS, &error);

    fail_unless (e == NULL && error != NULL, "%s was taken", lines[i][0]);
    fail_unless (strstr (error->message, lines[i][1]) != NULL,
        "%s: \"%s\" does not name %s", lines[i][0], error->message,
        lines[i][1]);
    g_error_free (error);
  }
}
GST_END_TEST;

/* gst-inspect-1.0 prints all of it. */
GST_START_TEST (test_inspect)
{
  guint i, k, n;

  for (i = 0; i < G_N_ELEMENTS (elements); i++) {
    const gchar *argv[] = { "gst-inspect-1.0", "--no-colors", elements[i],
      NULL };
    GstElement *e = gst_element_factory_make (elements[i], NULL);
    GParamSpec **specs;
    gchar *text = NULL;
    gint status = -1;

    fail_unless (g_spawn_sync (NULL, (gchar **) argv, NULL, G_SPAWN_SEARCH_PATH,
        NULL, NULL, &text, NULL, &status, NULL));
    fail_unless_equals_int (status, 0);
    specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (e), &n);
    for (k = 0; k < n; k++) {
      if (specs[k]->owner_type == G_OBJECT_TYPE (e))
        fail_unless (strstr (text, g_param_spec_get_blurb (specs[k])) != NULL,
            "the text about %s lacks %s", elements[i], specs[k]->name);
    }
    fail_unless (strstr (text, "video/x-raw(memory:NVMM)") != NULL);
    g_free (specs);
    g_free (text);
    gst_object_unref (e);
  }
}
GST_END_TEST;

static Suite *
plugin_suite (void)
{
  Suite *s = suite_create ("plugin");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_load);
  tcase_add_test (tc, test_features);
  tcase_add_test (tc, test_metadata);
  tcase_add_test (tc, test_properties);
  tcase_add_test (tc, test_unknown_values);
  /* The tool cannot load a plugin that was built for a sanitizer. */
  if (!SANITIZED)
    tcase_add_test (tc, test_inspect);
  return s;
}

GST_CHECK_MAIN (plugin);
