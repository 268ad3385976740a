/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import static org.savantgst.pipelines.TestSources.counter;
import static org.savantgst.pipelines.TestSources.endless;
import static org.savantgst.pipelines.TestSources.silent;
import static org.savantgst.pipelines.TestSources.small;
import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.testng.annotations.Test;

/** The figures as meters, and the pipelines without Micrometer. */
public class PipelineMetricsTest {
  private static final long TIMEOUT = 60_000;

  private static double count(MeterRegistry registry, String name, String... tags) {
    FunctionCounter meter = registry.get(name).tags(tags).functionCounter();
    return meter.count();
  }

  private static double gauge(MeterRegistry registry, String name, String... tags) {
    Gauge meter = registry.get(name).tags(tags).gauge();
    return meter.value();
  }

  @Test(timeOut = TIMEOUT)
  public void metersShowTheFigures() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (BatchPipeline pipeline = small().source(counter(6)).source(counter(4).withId(70)).build();
        PipelineMetrics metrics = new PipelineMetrics(pipeline, Tags.of("pipeline", "test"))) {
      metrics.bindTo(registry);
      assertEquals(count(registry, "savant.frames.in", "source", "70"), 0.0);
      pipeline.run(batch -> {});
      pipeline.close();
      awaitFresh();
      assertEquals(count(registry, "savant.frames.in", "source", "0", "pipeline", "test"), 6.0);
      assertEquals(count(registry, "savant.frames.out", "source", "70"), 4.0);
      assertEquals(count(registry, "savant.frames.out", "source", "removed"), 0.0);
      assertEquals(gauge(registry, "savant.frames.held", "source", "0"), 0.0);
      for (String reason :
          List.of("late", "leaky", "error", "flush", "released", "unlinked", "roi", "stopped")) {
        assertEquals(
            count(registry, "savant.frames.dropped", "source", "0", "reason", reason), 0.0);
      }
      assertEquals(count(registry, "savant.batches", "reason", "full"), 4.0);
      assertEquals(count(registry, "savant.batches", "reason", "eos"), 2.0);
      double waited = 0;
      for (Meter meter : registry.get("savant.batches.waiting").meters()) {
        waited += ((FunctionCounter) meter).count();
      }
      assertEquals(waited, 6.0);
      assertEquals(gauge(registry, "savant.batch.capacity"), 2.0);
      assertEquals(gauge(registry, "savant.sources"), 2.0);
      assertTrue(gauge(registry, "savant.queue.frames.max", "source", "70") >= 1);
      assertEquals(gauge(registry, "savant.queue.frames", "source", "70"), 0.0);
      assertTrue(gauge(registry, "savant.queue.bytes.max") > 0);
      assertEquals(count(registry, "savant.pool.starvations"), 0.0);
      assertTrue(Double.isNaN(gauge(registry, "savant.batch.timeout")));
      TimeGauge p99 = registry.get("savant.latency").tag("quantile", "0.99").timeGauge();
      assertEquals(
          p99.value(TimeUnit.NANOSECONDS),
          pipeline.stats().latencyP99().toNanos(),
          p99.value(TimeUnit.NANOSECONDS) * 1e-9);
      assertEquals(
          registry
              .get("savant.frames.in")
              .functionCounters()
              .iterator()
              .next()
              .getId()
              .getBaseUnit(),
          "frames");
    }
    assertEquals(registry.getMeters(), List.of());
  }

  /** Snapshots are read anew after 100 ms. */
  private static void awaitFresh() {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(110);
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  @Test(timeOut = TIMEOUT)
  public void metersComeAndGoWithTheSources() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    MeterRegistry second = new SimpleMeterRegistry();
    try (BatchPipeline pipeline =
        small().source(endless()).batchTimeout(Duration.ofMillis(3)).build()) {
      PipelineMetrics metrics = new PipelineMetrics(pipeline);
      metrics.bindTo(registry);
      metrics.bindTo(second);
      for (int i = 0; i < 3; i++) {
        pipeline.next();
      }
      int meters = registry.getMeters().size();
      pipeline.addSource(endless().withId(5));
      assertEquals(registry.getMeters().size(), second.getMeters().size());
      assertTrue(registry.getMeters().size() > meters);
      long out = pipeline.stats().total().out();
      while (pipeline.stats().sources().get(1).frames().out() < 2) {
        pipeline.next();
      }
      awaitFresh();
      assertTrue(count(registry, "savant.frames.out", "source", "5") >= 2);
      pipeline.removeSource(5);
      assertEquals(registry.getMeters().size(), meters);
      double sum = 0;
      for (Meter meter : second.get("savant.frames.out").meters()) {
        sum += ((FunctionCounter) meter).count();
      }
      assertTrue(sum > out, sum + " of at least " + out);
      assertTrue(count(second, "savant.frames.out", "source", "removed") >= 2);
      metrics.close();
      metrics.close();
      assertEquals(registry.getMeters().size() + second.getMeters().size(), 0);
      pipeline.addSource(silent());
      assertEquals(registry.getMeters().size(), 0);
      expectThrows(IllegalStateException.class, () -> metrics.bindTo(registry));
    }
  }

  @Test
  public void argumentsAreChecked() {
    expectThrows(IllegalArgumentException.class, () -> new PipelineMetrics(null));
    try (BatchPipeline pipeline = small().source(counter(1)).build();
        PipelineMetrics metrics = new PipelineMetrics(pipeline)) {
      expectThrows(IllegalArgumentException.class, () -> new PipelineMetrics(pipeline, null));
      expectThrows(IllegalArgumentException.class, () -> metrics.bindTo(null));
    }
  }

  /** The table of the README names all meters and no others. */
  @Test
  public void theReadmeNamesAllMeters() throws Exception {
    Set<String> named = new TreeSet<>();
    Path readme = Path.of(System.getProperty("savant.test.clip")).resolve("../../../README.md");
    Matcher row =
        Pattern.compile("^\\| `(savant\\.[a-z.]+)`.*\\|$", Pattern.MULTILINE)
            .matcher(Files.readString(readme.normalize()));
    while (row.find()) {
      named.add(row.group(1));
    }
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (BatchPipeline pipeline = small().source(counter(1)).build();
        PipelineMetrics metrics = new PipelineMetrics(pipeline)) {
      metrics.bindTo(registry);
      Set<String> there =
          registry.getMeters().stream()
              .map(meter -> meter.getId().getName())
              .collect(Collectors.toCollection(TreeSet::new));
      assertEquals(named, there);
    }
  }

  /** A program of its own that has no Micrometer. */
  public static final class Without {
    private Without() {}

    /** Runs a pipeline; prints what came and what is missing. */
    public static void main(String[] arguments) {
      try (BatchPipeline pipeline = small().source(counter(5)).build()) {
        pipeline.run(batch -> {});
        System.out.println(pipeline.stats().total().out() + " frames");
        try {
          new PipelineMetrics(pipeline).bindTo(null);
        } catch (NoClassDefFoundError e) {
          System.out.println("missing: " + e.getMessage());
        }
      }
    }
  }

  /** A named module that uses the pipelines compiles and runs without Micrometer's. */
  @Test(timeOut = 2 * TIMEOUT)
  public void modulesNeedNoMicrometer() throws Exception {
    Path folder = Files.createTempDirectory("savant-module");
    Path module = Files.writeString(folder.resolve("module-info.java"), MODULE);
    Path source = Files.writeString(folder.resolve("Main.java"), MAIN);
    String path =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(
                entry ->
                    entry.matches(
                        ".*(gst1-java-core|jna-5)[^/]*|.*/target/(classes|savant-core).*"))
            .collect(Collectors.joining(File.pathSeparator));
    Path classes = folder.resolve("classes");
    try {
      run("javac", "-d", classes.toString(), "-p", path, module.toString(), source.toString());
      String all = path + File.pathSeparator + classes;
      String out = run("java", "-Djna.nosys=true", "-p", all, "-m", "consumer/consumer.Main");
      assertEquals(out.strip(), "no sources");
    } finally {
      TestSources.removeTree(folder);
    }
  }

  private static final String MODULE = "module consumer { requires org.savantgst.pipelines; }";

  private static final String MAIN =
      """
      package consumer;

      public class Main {
        public static void main(String[] arguments) {
          try {
            org.savantgst.pipelines.BatchPipeline.builder().build();
          } catch (IllegalArgumentException e) {
            System.out.println(e.getMessage());
          }
        }
      }
      """;

  private static String run(String program, String... arguments) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(arguments);
    builder.command().add(0, Path.of(System.getProperty("java.home"), "bin", program).toString());
    Process process = builder.redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(process.waitFor(), 0, out);
    return out;
  }

  @Test(timeOut = 2 * TIMEOUT)
  public void pipelinesNeedNoMicrometer() throws Exception {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("micrometer"))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> arguments = new ArrayList<>(List.of("-Djna.nosys=true", "-cp", classPath));
    for (String name : List.of("savant.native.dir", "savant.test.clip")) {
      if (System.getProperty(name) != null) {
        arguments.add("-D" + name + "=" + System.getProperty(name));
      }
    }
    arguments.add(Without.class.getName());
    String out = run("java", arguments.toArray(String[]::new));
    assertTrue(out.contains("5 frames"), out);
    assertTrue(out.contains("missing: io/micrometer/"), out);
  }
}
