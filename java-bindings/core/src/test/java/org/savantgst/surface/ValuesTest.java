/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertNotEquals;
import static org.testng.Assert.assertSame;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalLong;
import org.savantgst.meta.SavantId;
import org.savantgst.meta.SavantIdMetaKind;
import org.testng.annotations.Test;

/** Enums and records, a test a row of the reference. */
public class ValuesTest {
  /** Row "VideoFormat": names, numbers of NvBufSurface, exact fromName. */
  @Test
  public void videoFormat() {
    assertEquals(
        Arrays.toString(VideoFormat.values()),
        "[RGBA, BGRx, NV12, NV21, I420, UYVY, GRAY8, RGB, BGR, BGRA, RGBx]");
    int[] numbers = {19, 24, 6, 8, 2, 10, 1, 27, 28, 20, 23};
    int[] channels = {4, 4, 1, 1, 1, 2, 1, 3, 3, 4, 4};
    int[] planes = {1, 1, 2, 2, 3, 1, 1, 1, 1, 1, 1};
    for (VideoFormat format : VideoFormat.values()) {
      assertEquals(format.nativeValue(), numbers[format.ordinal()]);
      assertEquals(format.channels(), channels[format.ordinal()], format.name());
      assertEquals(format.planes(), planes[format.ordinal()], format.name());
      assertSame(VideoFormat.fromNativeValue(format.nativeValue()), format);
      assertEquals(format.canonicalName(), format.name());
      assertSame(VideoFormat.fromName(format.canonicalName()), format);
    }
    String all = "RGBA, BGRx, NV12, NV21, I420, UYVY, GRAY8, RGB, BGR, BGRA, RGBx";
    for (String name : new String[] {"nv12", "BGRX", " NV12", "NV12 ", "NV_12", "", "YUY2"}) {
      refused(() -> VideoFormat.fromName(name), "\"" + name + "\": known are " + all);
    }
    refused(() -> VideoFormat.fromName(null), "video format null: known are " + all);
    for (int number : new int[] {0, -1, 3, 7, 33, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      refused(() -> VideoFormat.fromNativeValue(number), "VideoFormat " + number + ": known are");
    }
  }

  /** Row "MemType": numbers 0..6 and canonical names. */
  @Test
  public void memType() {
    String[] names = {
      "default", "cuda_pinned", "cuda_device", "cuda_unified", "surface_array", "handle", "system"
    };
    assertEquals(MemType.values().length, names.length);
    for (MemType type : MemType.values()) {
      assertEquals(type.name(), names[type.ordinal()].toUpperCase(Locale.ROOT));
      assertEquals(type.canonicalName(), names[type.ordinal()]);
      assertEquals(type.nativeValue(), type.ordinal());
      assertSame(MemType.fromNativeValue(type.ordinal()), type);
    }
    refused(
        () -> MemType.fromNativeValue(7),
        "MemType 7: known are DEFAULT (0), CUDA_PINNED (1), CUDA_DEVICE (2), CUDA_UNIFIED (3),"
            + " SURFACE_ARRAY (4), HANDLE (5), SYSTEM (6)");
    refused(() -> MemType.fromNativeValue(-1), "MemType -1");
  }

  /** Row "Padding": numbers 0..2, names in any case and no others. */
  @Test
  public void padding() {
    assertEquals(Arrays.toString(Padding.values()), "[NONE, RIGHT_BOTTOM, SYMMETRIC]");
    for (Padding padding : Padding.values()) {
      assertEquals(padding.nativeValue(), padding.ordinal());
      assertSame(Padding.fromNativeValue(padding.ordinal()), padding);
      assertSame(Padding.fromName(padding.name()), padding);
      assertSame(Padding.fromName(padding.name().toLowerCase(Locale.ROOT)), padding);
    }
    assertSame(Padding.fromName("rightbottom"), Padding.RIGHT_BOTTOM);
    assertSame(Padding.fromName("RightBottom"), Padding.RIGHT_BOTTOM);
    for (String name : new String[] {" none", "none ", "", "right-bottom", "_none", "centre"}) {
      refused(
          () -> Padding.fromName(name),
          "padding \"" + name + "\": known are none, right_bottom (rightbottom), symmetric");
    }
    refused(() -> Padding.fromName(null), "padding name is null");
    refused(() -> Padding.fromNativeValue(3), "Padding 3: known are NONE (0), RIGHT_BOTTOM (1)");
    refused(() -> Padding.fromNativeValue(-1), "SYMMETRIC (2)");
  }

  /** Row "Interpolation": numbers 0..6, aliases in any case and with any underscores. */
  @Test
  public void interpolation() {
    String[][] names = {
      {"nearest"},
      {"bilinear", "BI_LINEAR"},
      {"gpu_cubic_vic_5tap", "cubic", "algo1", "GPUCubicVic5Tap"},
      {"gpu_super_vic_10tap", "super", "algo2", "Algo_2"},
      {"gpu_lanczos_vic_smart", "lanczos", "algo3"},
      {"gpu_ignored_vic_nicest", "nicest", "algo4", "__NICEST_"},
      {"default"}
    };
    assertEquals(Interpolation.values().length, names.length);
    for (Interpolation filter : Interpolation.values()) {
      assertEquals(filter.nativeValue(), filter.ordinal());
      assertSame(Interpolation.fromNativeValue(filter.ordinal()), filter);
      assertSame(Interpolation.fromName(filter.name()), filter);
      assertEquals(filter.name(), names[filter.ordinal()][0].toUpperCase(Locale.ROOT));
      for (String name : names[filter.ordinal()]) {
        assertSame(Interpolation.fromName(name), filter, name);
        assertSame(Interpolation.fromName(name.toUpperCase(Locale.ROOT)), filter, name);
      }
    }
    for (String name : new String[] {"x", "", "_", " cubic", "cubic ", "algo5", "algo0"}) {
      IllegalArgumentException e =
          refused(() -> Interpolation.fromName(name), "interpolation \"" + name + "\": known are");
      for (String[] known : names) {
        assertTrue(e.getMessage().contains(known[0]), e.getMessage());
      }
    }
    refused(() -> Interpolation.fromName(null), "interpolation name is null");
    refused(() -> Interpolation.fromNativeValue(7), "Interpolation 7: known are NEAREST (0)");
  }

  @Test
  public void namesDoNotDependOnTheLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("tr"));
    try {
      assertSame(Padding.fromName("RIGHT_BOTTOM"), Padding.RIGHT_BOTTOM);
      assertSame(Interpolation.fromName("BILINEAR"), Interpolation.BILINEAR);
      assertSame(Interpolation.fromName("NICEST"), Interpolation.GPU_IGNORED_VIC_NICEST);
    } finally {
      Locale.setDefault(before);
    }
  }

  /** Rows "ComputeMode" and "Flip". */
  @Test
  public void computeModeAndFlip() {
    assertEquals(Arrays.toString(ComputeMode.values()), "[DEFAULT, GPU, VIC]");
    for (ComputeMode mode : ComputeMode.values()) {
      assertEquals(mode.nativeValue(), mode.ordinal());
      assertSame(ComputeMode.fromNativeValue(mode.ordinal()), mode);
    }
    refused(() -> ComputeMode.fromNativeValue(3), "ComputeMode 3: known are DEFAULT (0)");
    assertEquals(
        Arrays.toString(Flip.values()),
        "[NONE, ROTATE_90, ROTATE_180, ROTATE_270, FLIP_X, FLIP_Y, TRANSPOSE, INVERSE_TRANSPOSE]");
    for (Flip flip : Flip.values()) {
      assertEquals(flip.nativeValue(), flip.ordinal());
      assertSame(Flip.fromNativeValue(flip.ordinal()), flip);
    }
    refused(() -> Flip.fromNativeValue(8), "Flip 8: known are NONE (0)");
  }

  /** Row "SavantIdMetaKind", and ids at the limits. */
  @Test
  public void ids() {
    assertEquals(Arrays.toString(SavantIdMetaKind.values()), "[FRAME, BATCH]");
    for (SavantIdMetaKind kind : SavantIdMetaKind.values()) {
      assertEquals(kind.nativeValue(), kind.ordinal());
      assertSame(SavantIdMetaKind.fromNativeValue(kind.ordinal()), kind);
      assertEquals(kind.canonicalName(), kind.name().toLowerCase(Locale.ROOT));
    }
    refused(() -> SavantIdMetaKind.fromNativeValue(2), "SavantIdMetaKind 2");
    for (long id : new long[] {Long.MIN_VALUE, -1, 0, Long.MAX_VALUE}) {
      assertEquals(SavantId.frame(id), new SavantId(SavantIdMetaKind.FRAME, id));
      assertEquals(SavantId.batch(id), new SavantId(SavantIdMetaKind.BATCH, id));
      assertNotEquals(SavantId.frame(id), SavantId.batch(id));
      assertEquals(SavantId.frame(id).hashCode(), SavantId.frame(id).hashCode());
    }
    assertEquals(SavantId.frame(42).toString(), "SavantId[kind=FRAME, id=42]");
    refused(() -> new SavantId(null, 3), "kind of id 3 is null");
  }

  /** Row "Rect": the reference's order, negative numbers refused. */
  @Test
  public void rect() {
    Rect rect = new Rect(1, 2, 3, 4);
    assertEquals(rect.top(), 1);
    assertEquals(rect.left(), 2);
    assertEquals(rect.width(), 3);
    assertEquals(rect.height(), 4);
    assertEquals(rect, new Rect(1, 2, 3, 4));
    assertEquals(rect.hashCode(), new Rect(1, 2, 3, 4).hashCode());
    assertNotEquals(rect, new Rect(2, 1, 3, 4));
    assertEquals(rect.toString(), "Rect[top=1, left=2, width=3, height=4]");
    assertEquals(new Rect(0, 0, 0, 0).width(), 0);
    int max = Integer.MAX_VALUE;
    assertEquals(new Rect(max, max, max, max).height(), max);
    refused(() -> new Rect(-1, 0, 2, 2), "top -1");
    refused(() -> new Rect(0, -1, 2, 2), "left -1");
    refused(() -> new Rect(0, 0, -2, 2), "width -2");
    refused(() -> new Rect(0, 0, 2, Integer.MIN_VALUE), "height -2147483648");
  }

  /** Row "DstPadding". */
  @Test
  public void dstPadding() {
    DstPadding padding = new DstPadding(1, 2, 3, 4);
    assertEquals(padding.left(), 1);
    assertEquals(padding.top(), 2);
    assertEquals(padding.right(), 3);
    assertEquals(padding.bottom(), 4);
    assertEquals(DstPadding.NONE, new DstPadding(0, 0, 0, 0));
    assertEquals(DstPadding.uniform(7), new DstPadding(7, 7, 7, 7));
    assertEquals(padding.toString(), "DstPadding[left=1, top=2, right=3, bottom=4]");
    refused(() -> DstPadding.uniform(-2), "left -2");
    refused(() -> new DstPadding(0, -1, 0, 0), "top -1");
    refused(() -> new DstPadding(0, 0, -1, 0), "right -1");
    refused(() -> new DstPadding(0, 0, 0, -1), "bottom -1");
  }

  /** Row "TransformConfig": defaults, a with-method a component, null refused. */
  @Test
  public void transformConfig() {
    TransformConfig config = TransformConfig.defaults();
    assertEquals(
        config,
        new TransformConfig(
            Padding.SYMMETRIC,
            DstPadding.NONE,
            Interpolation.BILINEAR,
            ComputeMode.DEFAULT,
            0x000000,
            Flip.NONE));
    TransformConfig other =
        config
            .withPadding(Padding.NONE)
            .withDstPadding(DstPadding.uniform(3))
            .withInterpolation(Interpolation.NEAREST)
            .withComputeMode(ComputeMode.GPU)
            .withPadColor(0xFFFFFF)
            .withFlip(Flip.TRANSPOSE);
    assertEquals(
        other,
        new TransformConfig(
            Padding.NONE,
            new DstPadding(3, 3, 3, 3),
            Interpolation.NEAREST,
            ComputeMode.GPU,
            0xFFFFFF,
            Flip.TRANSPOSE));
    assertEquals(other.hashCode(), other.withPadColor(0xFFFFFF).hashCode());
    assertNotEquals(other, other.withPadColor(1));
    assertEquals(TransformConfig.defaults(), config);
    assertEquals(
        config.withPadColor(0x00FF7F).toString(),
        "TransformConfig[padding=SYMMETRIC, dstPadding=DstPadding[left=0, top=0, right=0,"
            + " bottom=0], interpolation=BILINEAR, computeMode=DEFAULT, padColor=0x00FF7F,"
            + " flip=NONE]");
    refused(() -> config.withPadding(null), "padding is null");
    refused(() -> config.withDstPadding(null), "dstPadding is null");
    refused(() -> config.withInterpolation(null), "interpolation is null");
    refused(() -> config.withComputeMode(null), "computeMode is null");
    refused(() -> config.withFlip(null), "flip is null");
    refused(() -> config.withPadColor(-1), "0xFFFFFFFF");
    refused(() -> config.withPadColor(0x1000000), "0x1000000: it must be 0xRRGGBB");
  }

  /** Row "acquire_with_params". */
  @Test
  public void acquireParams() {
    AcquireParams params = AcquireParams.of(0, Long.MAX_VALUE);
    assertEquals(
        params,
        new AcquireParams(
            OptionalLong.of(0), OptionalLong.of(Long.MAX_VALUE), OptionalLong.empty()));
    assertEquals(params.withId(Long.MIN_VALUE).id(), OptionalLong.of(Long.MIN_VALUE));
    assertEquals(params.id(), OptionalLong.empty());
    assertEquals(
        params.withId(5).toString(),
        "AcquireParams[ptsNs=OptionalLong[0], durationNs=OptionalLong[9223372036854775807],"
            + " id=OptionalLong[5]]");
    refused(() -> AcquireParams.of(-1, 0), "ptsNs -1");
    refused(() -> AcquireParams.of(0, Long.MIN_VALUE), "durationNs -9223372036854775808");
    OptionalLong none = OptionalLong.empty();
    refused(() -> new AcquireParams(null, none, none), "ptsNs is null");
    refused(() -> new AcquireParams(none, null, none), "durationNs is null");
    refused(() -> new AcquireParams(none, none, null), "id is null");
  }

  /** Row "get_nvbufsurface_info": the record. */
  @Test
  public void surfaceInfo() {
    SurfaceInfo info = new SurfaceInfo(1, 2, 3, 4, 5, MemType.SYSTEM, 6, 7, 8);
    assertEquals(info, new SurfaceInfo(1, 2, 3, 4, 5, MemType.SYSTEM, 6, 7, 8));
    assertEquals(
        info.toString(),
        "SurfaceInfo[dataPtr=1, pitch=2, width=3, height=4, colorFormat=5, memType=SYSTEM,"
            + " gpuId=6, batchSize=7, numFilled=8]");
    refused(() -> new SurfaceInfo(1, 2, 3, 4, 5, null, 6, 7, 8), "memType is null");
  }

  private static IllegalArgumentException refused(Runnable call, String part) {
    IllegalArgumentException e = expectThrows(IllegalArgumentException.class, call::run);
    assertTrue(e.getMessage().contains(part), e.getMessage());
    return e;
  }
}
