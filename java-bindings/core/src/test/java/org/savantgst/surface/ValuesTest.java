/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertSame;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import java.util.Locale;
import org.savantgst.meta.SavantId;
import org.savantgst.meta.SavantIdMetaKind;
import org.testng.annotations.Test;

/** Enums and records. */
public class ValuesTest {
  @Test
  public void numbersAreNvBufSurfaces() {
    int[] formats = {19, 24, 6, 8, 2, 10, 1, 27, 28, 20, 23};
    for (int i = 0; i < formats.length; i++) {
      assertEquals(VideoFormat.values()[i].nativeValue(), formats[i]);
      assertSame(VideoFormat.fromNativeValue(formats[i]), VideoFormat.values()[i]);
      assertSame(VideoFormat.fromName(VideoFormat.values()[i].name()), VideoFormat.values()[i]);
    }
    for (MemType type : MemType.values()) {
      assertEquals(type.nativeValue(), type.ordinal());
      assertSame(MemType.fromNativeValue(type.ordinal()), type);
      assertEquals(type.canonicalName(), type.name().toLowerCase(Locale.ROOT));
    }
    for (Flip flip : Flip.values()) {
      assertSame(Flip.fromNativeValue(flip.ordinal()), flip);
    }
    for (ComputeMode mode : ComputeMode.values()) {
      assertSame(ComputeMode.fromNativeValue(mode.ordinal()), mode);
    }
    refused(() -> MemType.fromNativeValue(7), "MemType 7: known are DEFAULT (0)");
    refused(() -> VideoFormat.fromNativeValue(0), "VideoFormat 0");
    refused(() -> Padding.fromNativeValue(-1), "SYMMETRIC (2)");
  }

  @Test
  public void names() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("tr"));
    try {
      assertSame(Padding.fromName("RIGHT_BOTTOM"), Padding.RIGHT_BOTTOM);
      assertSame(Interpolation.fromName("BILINEAR"), Interpolation.BILINEAR);
      assertSame(Interpolation.fromName("Algo_2"), Interpolation.GPU_SUPER_VIC_10TAP);
      for (Interpolation filter : Interpolation.values()) {
        assertSame(Interpolation.fromName(filter.name()), filter);
      }
    } finally {
      Locale.setDefault(before);
    }
    refused(() -> Padding.fromName(" none"), "padding \" none\": known are");
    refused(() -> Padding.fromName(null), "padding name is null");
    refused(() -> Interpolation.fromName("x"), "lanczos, algo3");
    refused(() -> VideoFormat.fromName("nv12"), "\"nv12\": known are RGBA, BGRx, NV12");
    refused(() -> VideoFormat.fromName(null), "video format null");
    assertEquals(SavantIdMetaKind.BATCH.canonicalName(), "batch");
    refused(() -> SavantIdMetaKind.fromNativeValue(2), "SavantIdMetaKind 2");
    refused(() -> new SavantId(null, 3), "kind of id 3 is null");
  }

  @Test
  public void records() {
    TransformConfig config = TransformConfig.defaults();
    assertSame(config.padding(), Padding.SYMMETRIC);
    assertEquals(config.dstPadding(), DstPadding.NONE);
    assertSame(config.interpolation(), Interpolation.BILINEAR);
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
    refused(() -> config.withFlip(null), "flip is null");
    refused(() -> config.withPadColor(-1), "0xFFFFFFFF");
    refused(() -> new Rect(0, -1, 2, 2), "left -1");
    refused(() -> DstPadding.uniform(-2), "left -2");
  }

  private static void refused(Runnable call, String part) {
    IllegalArgumentException e = expectThrows(IllegalArgumentException.class, call::run);
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }
}
