/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.savantgst.batch.BatchReason;
import org.savantgst.elements.BatchStats.PadStats;

/**
 * The figures of a pipeline as meters of Micrometer, which is needed on the class path for this
 * class alone ({@code io.micrometer:micrometer-core}).
 *
 * <pre>{@code
 * PipelineMetrics metrics = new PipelineMetrics(pipeline, Tags.of("pipeline", "gates"));
 * metrics.bindTo(registry);
 * }</pre>
 *
 * <p>Meters, with their units and tags besides the given ones:
 *
 * <ul>
 *   <li>{@code savant.frames.in}, {@code savant.frames.out}: counters, frames; {@code source}
 *   <li>{@code savant.frames.dropped}: counter, frames; {@code source}, {@code reason} as in {@link
 *       FrameCounts#dropped}
 *   <li>{@code savant.frames.held}: gauge, frames; {@code source}
 *   <li>{@code savant.queue.frames}, {@code savant.queue.frames.max}: gauges of what waits at a pad
 *       of savantbatch now and has waited at most, frames; {@code source}
 *   <li>{@code savant.queue.bytes}, {@code savant.queue.bytes.max}: the same of all pads, bytes
 *   <li>{@code savant.batches}: counter of what savantbatch made, batches; {@code reason} full,
 *       timeout, eos, gap or flush
 *   <li>{@code savant.batches.waiting}: the same; {@code upto} is the upper end of the class of its
 *       oldest frame's waiting time, 1ms to 5000ms, or more
 *   <li>{@code savant.batch.capacity}: gauge, slots
 *   <li>{@code savant.batch.timeout}: gauge, time that a frame waits for others, not a number for
 *       ever
 *   <li>{@code savant.latency}: gauge, time from a frame's arrival until the program has it; {@code
 *       quantile} 0.5 or 0.99
 *   <li>{@code savant.pool.starvations}: counter, waits
 *   <li>{@code savant.sources}: gauge, sources
 * </ul>
 *
 * <p>{@code source} is a source id, or {@code removed} for all that were removed, so that sums over
 * it never fall. In each source in = out + held + dropped. Meters of a source are there as long as
 * it is. All meters that are read within 100 ms show one snapshot: one native read, whatever the
 * number of sources.
 *
 * <p>Any thread may call. The meters need the pipeline or this object to be kept; those of a closed
 * pipeline show the figures of its end.
 */
@SuppressWarnings("exports") // Whoever has no Micrometer must not need its module.
public final class PipelineMetrics implements MeterBinder, AutoCloseable {
  private static final long MAX_AGE_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final String REMOVED = "removed";
  private static final List<String> REASONS =
      List.of("late", "leaky", "error", "flush", "released", "unlinked", "roi", "stopped");

  private final PipelineLife life;
  private final Tags tags;
  private final Runnable onSources = this::onSources;

  /* Guarded by this. */
  private final List<Binding> bindings = new ArrayList<>();
  private Snapshot snapshot;
  private boolean closed;

  /** Of one moment. */
  private record Snapshot(
      long readNs,
      PipelineStats stats,
      Map<String, FrameCounts> frames,
      Map<String, PadStats> pads) {}

  /** A registry, its common meters and those of each source. */
  private record Binding(
      MeterRegistry registry, List<Meter> common, Map<String, List<Meter>> sources) {}

  /**
   * Creates a binder without tags of its own.
   *
   * @param pipeline the pipeline
   * @throws IllegalArgumentException if it is null
   */
  public PipelineMetrics(BatchPipeline pipeline) {
    this(pipeline, Tags.empty());
  }

  /**
   * Creates a binder.
   *
   * @param pipeline the pipeline
   * @param tags of every meter, to tell pipelines of one program apart
   * @throws IllegalArgumentException if one is null
   */
  public PipelineMetrics(BatchPipeline pipeline, Iterable<Tag> tags) {
    if (pipeline == null || tags == null) {
      throw new IllegalArgumentException((pipeline == null ? "pipeline" : "tags") + " is null");
    }
    life = pipeline.life();
    this.tags = Tags.of(tags);
    life.onSources(onSources);
  }

  /**
   * Registers the meters.
   *
   * @param registry where
   * @throws IllegalArgumentException if it is null
   * @throws IllegalStateException if this binder is closed
   */
  @Override
  public synchronized void bindTo(MeterRegistry registry) {
    if (registry == null) {
      throw new IllegalArgumentException("registry is null");
    }
    if (closed) {
      throw new IllegalStateException("the binder is closed");
    }
    Binding binding = new Binding(registry, new ArrayList<>(), new HashMap<>());
    bindings.add(binding);
    bindCommon(binding);
    binding.sources.put(REMOVED, bindFrames(registry, REMOVED));
    follow(binding, ids());
  }

  private void onSources() {
    Set<String> ids = ids();
    synchronized (this) {
      snapshot = null;
      bindings.forEach(binding -> follow(binding, ids));
    }
  }

  private Set<String> ids() {
    return life.sources().list().stream()
        .map(live -> Integer.toString(live.id))
        .collect(Collectors.toSet());
  }

  /** Meters for the sources that are there, and for no others. */
  private void follow(Binding binding, Set<String> ids) {
    binding
        .sources
        .entrySet()
        .removeIf(
            entry -> {
              boolean isGone = !entry.getKey().equals(REMOVED) && !ids.contains(entry.getKey());
              if (isGone) {
                entry.getValue().forEach(binding.registry::remove);
              }
              return isGone;
            });
    for (String id : ids) {
      binding.sources.computeIfAbsent(id, key -> bindSource(binding.registry, key));
    }
  }

  private void bindCommon(Binding b) {
    for (BatchReason reason : BatchReason.values()) {
      if (reason != BatchReason.NONE) {
        Tags why = tags.and("reason", reason.name().toLowerCase(Locale.ROOT));
        b.common.add(
            counter("savant.batches", "batches", why, s -> batches(s, reason))
                .description("Batches that savantbatch made, by why they were pushed")
                .register(b.registry));
      }
    }
    for (String upTo : read().stats.batch().waiting().keySet()) {
      b.common.add(
          counter(
                  "savant.batches.waiting",
                  "batches",
                  tags.and("upto", upTo),
                  s -> s.stats.batch().waiting().getOrDefault(upTo, 0L))
              .description("Batches by how long their oldest frame had waited")
              .register(b.registry));
    }
    b.common.add(
        counter("savant.pool.starvations", "waits", tags, s -> s.stats.batch().starvations())
            .description("Waits for a buffer of the pool beyond starvation-warning")
            .register(b.registry));
    gauge(b, "savant.queue.bytes", "bytes", s -> s.stats.batch().queuedBytes());
    gauge(b, "savant.queue.bytes.max", "bytes", s -> s.stats.batch().highWaterBytes());
    gauge(b, "savant.batch.capacity", "slots", s -> s.stats.batch().capacity());
    gauge(b, "savant.sources", "sources", s -> s.stats.sources().size());
    timeGauge(b, "savant.batch.timeout", tags, PipelineMetrics::timeout);
    timeGauge(
        b, "savant.latency", tags.and("quantile", "0.5"), s -> nanoseconds(s.stats.latencyP50()));
    timeGauge(
        b, "savant.latency", tags.and("quantile", "0.99"), s -> nanoseconds(s.stats.latencyP99()));
  }

  private static double batches(Snapshot s, BatchReason reason) {
    return s.stats.batch().reasons().getOrDefault(reason, 0L);
  }

  private static double timeout(Snapshot s) {
    var timeout = s.stats.batch().timeoutNs();
    return timeout.isPresent() ? timeout.getAsLong() : Double.NaN;
  }

  private static double nanoseconds(Duration duration) {
    return duration == null ? Double.NaN : duration.toNanos();
  }

  private List<Meter> bindSource(MeterRegistry registry, String id) {
    List<Meter> meters = bindFrames(registry, id);
    Tags of = tags.and("source", id);
    meters.add(
        gauge(registry, "savant.queue.frames", "frames", of, s -> pad(s, id, PadStats::queued)));
    meters.add(
        gauge(
            registry,
            "savant.queue.frames.max",
            "frames",
            of,
            s -> pad(s, id, PadStats::highWater)));
    return meters;
  }

  private List<Meter> bindFrames(MeterRegistry registry, String id) {
    Tags of = tags.and("source", id);
    List<Meter> meters = new ArrayList<>();
    meters.add(
        counter("savant.frames.in", "frames", of, s -> frames(s, id, FrameCounts::in))
            .description("Frames that reached savantbatch")
            .register(registry));
    meters.add(
        counter("savant.frames.out", "frames", of, s -> frames(s, id, FrameCounts::out))
            .description("Frames that the program got")
            .register(registry));
    for (String reason : REASONS) {
      meters.add(
          counter(
                  "savant.frames.dropped",
                  "frames",
                  of.and("reason", reason),
                  s -> frames(s, id, f -> f.dropped().getOrDefault(reason, 0L)))
              .description("Frames that will not come, by reason")
              .register(registry));
    }
    meters.add(
        gauge(registry, "savant.frames.held", "frames", of, s -> frames(s, id, FrameCounts::held)));
    return meters;
  }

  /** Not a number while a source comes or goes. */
  private static double frames(Snapshot s, String id, ToDoubleFunction<FrameCounts> number) {
    FrameCounts frames = s.frames.get(id);
    return frames == null ? Double.NaN : number.applyAsDouble(frames);
  }

  private static double pad(Snapshot s, String id, ToDoubleFunction<PadStats> number) {
    PadStats pad = s.pads.get(id);
    return pad == null ? Double.NaN : number.applyAsDouble(pad);
  }

  private FunctionCounter.Builder<PipelineMetrics> counter(
      String name, String unit, Tags of, ToDoubleFunction<Snapshot> number) {
    return FunctionCounter.builder(name, this, self -> number.applyAsDouble(self.read()))
        .baseUnit(unit)
        .tags(of);
  }

  private void gauge(Binding b, String name, String unit, ToDoubleFunction<Snapshot> number) {
    b.common.add(gauge(b.registry, name, unit, tags, number));
  }

  private Meter gauge(
      MeterRegistry registry,
      String name,
      String unit,
      Tags of,
      ToDoubleFunction<Snapshot> number) {
    return Gauge.builder(name, this, self -> number.applyAsDouble(self.read()))
        .baseUnit(unit)
        .tags(of)
        .register(registry);
  }

  private void timeGauge(Binding b, String name, Tags of, ToDoubleFunction<Snapshot> ns) {
    b.common.add(
        TimeGauge.builder(name, this, TimeUnit.NANOSECONDS, self -> ns.applyAsDouble(self.read()))
            .tags(of)
            .register(b.registry));
  }

  private Snapshot read() {
    synchronized (this) {
      if (snapshot != null && System.nanoTime() - snapshot.readNs < MAX_AGE_NS) {
        return snapshot;
      }
    }
    PipelineStats stats = life.stats();
    Map<String, FrameCounts> frames = new HashMap<>();
    stats.sources().forEach(s -> frames.put(Integer.toString(s.sourceId()), s.frames()));
    frames.put(REMOVED, stats.removed());
    Map<String, PadStats> pads = new HashMap<>();
    stats.batch().pads().values().forEach(pad -> pads.put(Long.toString(pad.sourceId()), pad));
    Snapshot fresh = new Snapshot(System.nanoTime(), stats, frames, pads);
    synchronized (this) {
      snapshot = fresh;
    }
    return fresh;
  }

  /** Removes the meters from their registries. Further calls do nothing. */
  @Override
  public void close() {
    life.forgetOnSources(onSources);
    synchronized (this) {
      closed = true;
      for (Binding binding : bindings) {
        binding.common.forEach(binding.registry::remove);
        binding.sources.values().forEach(meters -> meters.forEach(binding.registry::remove));
      }
      bindings.clear();
    }
  }
}
