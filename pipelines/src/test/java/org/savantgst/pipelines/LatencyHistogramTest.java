/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertThrows;
import static org.testng.Assert.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.testng.annotations.Test;

public class LatencyHistogramTest {
  @Test
  public void noDurationNoPercentile() {
    assertEquals(new LatencyHistogram().percentile(0.5), -1);
  }

  @Test
  public void percentilesAreRightToOneIn32() {
    long[] values = new Random(1).longs(10_000, 0, 10_000_000_000L).toArray();
    LatencyHistogram histogram = new LatencyHistogram();
    for (long value : values) {
      histogram.record(value);
    }
    Arrays.sort(values);
    for (double share : new double[] {0.01, 0.5, 0.9, 0.99, 1}) {
      long exact = values[(int) Math.ceil(share * values.length) - 1];
      long found = histogram.percentile(share);
      assertTrue(found >= exact && found <= exact + exact / 32 + 1, share + ": " + found);
    }
    assertEquals(histogram.total(), values.length);
  }

  @Test
  public void extremesHaveBuckets() {
    LatencyHistogram histogram = new LatencyHistogram();
    histogram.record(-1);
    histogram.record(0);
    assertEquals(histogram.percentile(1), 0);
    histogram.record(Long.MAX_VALUE);
    assertEquals(histogram.percentile(1), Long.MAX_VALUE);
  }

  @Test
  public void shareIsChecked() {
    LatencyHistogram histogram = new LatencyHistogram();
    assertThrows(IllegalArgumentException.class, () -> histogram.percentile(0));
    assertThrows(IllegalArgumentException.class, () -> histogram.percentile(1.01));
    assertThrows(IllegalArgumentException.class, () -> histogram.percentile(Double.NaN));
  }
}
