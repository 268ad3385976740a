/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.freedesktop.gstreamer.elements.AppSrc;
import org.savantgst.batch.BatchPuller;
import org.savantgst.batch.BatchView;
import org.savantgst.batch.PullResult;

/** A pipeline from its start to its end: who may do what, when it ends and why. Any thread. */
final class PipelineLife {
  private static final long SLICE_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long DRAIN_NS = TimeUnit.SECONDS.toNanos(10);
  private static final long SINKS_END_MS = TimeUnit.SECONDS.toMillis(60);
  private static final long MESSAGE_MS = TimeUnit.SECONDS.toMillis(2);

  private enum Phase {
    NEW,
    RUNNING,
    ENDED,
    CLOSED
  }

  private final SourceTable sources = new SourceTable();
  private final SourceErrors onSourceError;
  private final boolean hasBranches;
  private final PipelineGraph graph;
  private final BatchPuller puller;
  private final BatchView view;
  private final Failures failures;
  private final SourceWatch watch;
  private final Accounts accounts;
  private final Warnings warnings;
  private final BusWatch bus;

  /** To write while all elements start, and while they stop; to read while one source does. */
  private final ReadWriteLock states = new ReentrantReadWriteLock();

  private final List<Runnable> sourceListeners = new CopyOnWriteArrayList<>();

  /* Guarded by this. */
  private Phase phase = Phase.NEW;
  private boolean stopped;
  private boolean closing;
  private boolean endAsked;
  private long endAskedNs;
  private Thread user;
  private PipelineStats last;

  PipelineLife(BatchPipelineBuilder b) {
    b.checkSourceIds();
    for (int i = 0; i < b.sources.size(); i++) {
      sources.show(sources.take(b.sources.get(i), i));
    }
    onSourceError = b.onSourceError;
    hasBranches = !b.branches.isEmpty();
    failures = new Failures();
    warnings = new Warnings(b.onWarning, this::onListenerFailure);
    accounts = new Accounts(sources);
    graph = new PipelineGraph(sources, b.output());
    puller = new BatchPuller(graph.sink());
    view = puller.view();
    watch = new SourceWatch(graph, failures, sources, this::onDead);
    bus = new BusWatch(graph.pipeline(), sources, hasBranches, this::onFailure, warnings::add);
  }

  void start() {
    states.writeLock().lock();
    try {
      synchronized (this) {
        if (phase != Phase.NEW) {
          throw new IllegalStateException(
              phase == Phase.CLOSED ? "the pipeline is closed" : "the pipeline was started before");
        }
        phase = Phase.RUNNING;
      }
      accounts.start();
      if (!startAll()) {
        PipelineException thrown = finish(false);
        if (thrown != null) {
          throw thrown;
        }
      }
    } finally {
      states.writeLock().unlock();
    }
  }

  /** Whether batches may come. */
  private boolean startAll() {
    List<LiveSource> all = sources.list();
    for (LiveSource source : all) {
      String problem = fileProblem(source);
      if (problem != null) {
        onFailure(source, failure(problem, source));
      }
    }
    boolean goOn = onSourceError == SourceErrors.CONTINUE;
    if (!goOn && !failures.isEmpty()) {
      return false;
    }
    if (!graph.startOutput()) {
      awaitFailure(null);
      return false;
    }
    for (LiveSource source : all) {
      if (!failures.isFailed(source) && !graph.startSource(source)) {
        awaitFailure(source);
        if (!goOn) {
          return false;
        }
      }
    }
    return true;
  }

  /** Null if there is none, or no file. */
  private static String fileProblem(LiveSource source) {
    Path file = source.source.file();
    return file == null ? null : FileCheck.problem(file);
  }

  private static PipelineException failure(String text, LiveSource source) {
    String element = source == null ? "pipeline" : source.binName();
    return PipelineException.of(element, text, "", source);
  }

  /** The bus tells on another thread why a state change failed. */
  private void awaitFailure(LiveSource source) {
    if (!failures.await(source, MESSAGE_MS)) {
      onFailure(source, failure("it could not start", source));
    }
  }

  // Sources that come and go

  int addSource(Source source) {
    if (source == null) {
      throw new IllegalArgumentException("source is null");
    }
    LiveSource live;
    states.readLock().lock();
    try {
      synchronized (this) {
        requireGrowing(source);
        live = sources.reserve(source);
        if (phase == Phase.RUNNING) {
          failures.beginStart(live);
        }
      }
      try {
        add(live);
      } catch (RuntimeException | Error e) {
        sources.free(live);
        throw e;
      }
    } finally {
      states.readLock().unlock();
    }
    sourceListeners.forEach(Runnable::run);
    return live.id;
  }

  /** With its place reserved. */
  private void add(LiveSource live) {
    String problem = live.starting ? fileProblem(live) : null;
    if (problem != null) {
      throw failure(problem, live);
    }
    graph.add(live);
    try {
      synchronized (this) {
        requireGrowing(live.source);
        sources.show(live);
        watch.onAdded();
      }
    } catch (IllegalStateException e) {
      graph.remove(live);
      throw e;
    }
    PipelineException thrown = live.starting ? start(live) : null;
    if (thrown != null) {
      synchronized (this) {
        accounts.remove(live);
      }
      graph.remove(live);
      throw thrown;
    }
  }

  /** What kept it from starting, null for nothing. */
  private PipelineException start(LiveSource live) {
    boolean hasStarted = graph.startSource(live);
    if (!hasStarted) {
      failures.await(live, MESSAGE_MS);
    }
    PipelineException thrown = failures.endStart(live, hasStarted);
    if (thrown == null && !hasStarted) {
      return failure("it could not start", live);
    }
    synchronized (this) {
      if (endAsked) {
        // An appsrc that has not started cannot be ended.
        graph.endSource(live);
      }
    }
    return thrown;
  }

  private synchronized void requireGrowing(Source source) {
    String why = null;
    if (closing || phase == Phase.CLOSED) {
      why = "the pipeline is closed";
    } else if (stopped) {
      why = "the pipeline was stopped";
    } else if (phase == Phase.ENDED) {
      why = "all sources have ended, and the pipeline with them";
    } else if (endAsked) {
      why = failures.isEmpty() ? "endOfStream was called" : "a source has failed, and all end";
    } else if (failures.isBroken()) {
      why = "the pipeline has failed";
    }
    if (why != null) {
      throw new IllegalStateException(source + " cannot be added: " + why);
    }
  }

  void removeSource(int id) {
    states.readLock().lock();
    try {
      LiveSource live;
      synchronized (this) {
        if (closing || phase == Phase.CLOSED) {
          throw new IllegalStateException("source " + id + ": the pipeline is closed");
        }
        live = sources.withId(id);
        accounts.remove(live);
      }
      graph.remove(live);
      sources.free(live);
      synchronized (this) {
        if (endAsked && sources.isEmpty()) {
          graph.endWithoutSources();
        }
      }
    } finally {
      states.readLock().unlock();
    }
    sourceListeners.forEach(Runnable::run);
  }

  SourceTable sources() {
    return sources;
  }

  /** Called after a source was added or removed, in the thread that did so. */
  void onSources(Runnable listener) {
    sourceListeners.add(listener);
  }

  void forgetOnSources(Runnable listener) {
    sourceListeners.remove(listener);
  }

  synchronized AppSrc appSrc(int place) {
    LiveSource live = sources.at(place);
    AppSrc head = graph.appSrc(live);
    live.shareHead();
    return head;
  }

  // Batches

  synchronized void requireOpen() {
    if (phase == Phase.CLOSED) {
      throw new IllegalStateException("the pipeline is closed");
    }
  }

  /** The next batch, null after the last one and if closed. */
  BatchView next() {
    boolean isNew;
    synchronized (this) {
      if (phase == Phase.CLOSED) {
        puller.release();
      }
      if (phase == Phase.CLOSED || phase == Phase.ENDED) {
        return null;
      }
      isNew = phase == Phase.NEW;
      user = Thread.currentThread();
    }
    if (isNew) {
      start();
    }
    PullResult result = pull();
    if (result == PullResult.BATCH) {
      return view;
    }
    PipelineException thrown = finish(result == PullResult.EOS);
    if (thrown != null) {
      throw thrown;
    }
    return null;
  }

  /** Waits for a batch that is wanted, or the end. */
  private PullResult pull() {
    while (true) {
      PullResult result = puller.pull(SLICE_NS);
      if (result == PullResult.BATCH && !isClosing()) {
        accounts.count(view);
        checkSources();
        return result;
      }
      if (result == PullResult.BATCH) {
        accounts.progress();
      } else if (result != PullResult.TIMEOUT || Thread.currentThread().isInterrupted()) {
        return result;
      } else if (drainIsOver()) {
        warnings.add(
            "not every source has ended " + DRAIN_NS / 1_000_000_000 + " s after it should");
        return result;
      }
      checkSources();
    }
  }

  private synchronized void checkSources() {
    if (phase == Phase.RUNNING) {
      watch.check();
    }
  }

  private synchronized boolean isClosing() {
    return closing;
  }

  /** What a handler threw ends the pipeline. */
  void abort() {
    stop();
    finish(false);
  }

  void stop() {
    synchronized (this) {
      if (phase == Phase.CLOSED) {
        return;
      }
      stopped = true;
      graph.releasePushers();
    }
    puller.stop();
  }

  void endOfStream() {
    synchronized (this) {
      if (phase != Phase.RUNNING || endAsked) {
        return;
      }
      endAsked = true;
      endAskedNs = System.nanoTime();
      for (LiveSource source : sources.list()) {
        if (!failures.isFailed(source)) {
          graph.endSource(source);
        }
      }
      if (sources.isEmpty()) {
        graph.endWithoutSources();
      }
    }
  }

  /** A source that does not react to end of stream is not waited for. */
  private boolean drainIsOver() {
    long since;
    synchronized (this) {
      if (!endAsked) {
        return false;
      }
      since = endAskedNs;
    }
    return System.nanoTime() - Math.max(since, accounts.progressNs()) > DRAIN_NS;
  }

  private void onFailure(LiveSource source, PipelineException e) {
    if (!failures.add(source, e)) {
      return;
    }
    if (source == null) {
      puller.stop();
    } else if (onSourceError == SourceErrors.STOP) {
      endOfStream();
    }
  }

  private void onDead(LiveSource source) {
    onFailure(
        source, failure("nothing comes of it: it is damaged, or no plugin can read it", source));
  }

  private void onListenerFailure(Throwable cause) {
    PipelineException e = failure("the listener for warnings threw " + cause, null);
    e.initCause(cause);
    onFailure(null, e);
  }

  /** The end of all batches. The failure to throw, null if there is none that was not thrown. */
  private PipelineException finish(boolean atEndOfStream) {
    if (atEndOfStream) {
      awaitSinks();
      noteTruncated();
    }
    accounts.end();
    synchronized (this) {
      if (phase == Phase.RUNNING) {
        phase = Phase.ENDED;
      }
      user = null;
      notifyAll();
    }
    return failures.take();
  }

  private void awaitSinks() {
    long limit = hasBranches ? SINKS_END_MS : MESSAGE_MS;
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limit);
    try {
      while (!bus.awaitEndOfStream(100)) {
        if (isStopped() || failures.isBroken()) {
          return;
        }
        if (System.nanoTime() > deadline) {
          if (hasBranches) {
            warnings.add(
                "a branch has not ended " + SINKS_END_MS / 1000 + " s after the last batch");
          }
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean isStopped() {
    return stopped;
  }

  private void noteTruncated() {
    synchronized (this) {
      if (endAsked) {
        return;
      }
    }
    for (LiveSource source : sources.list()) {
      Path file = source.source.file();
      String problem =
          file == null || failures.isFailed(source) ? null : FileCheck.truncation(file);
      if (problem != null) {
        double end = accounts.lastEndNs(source) / 1e9;
        warnings.add(String.format(Locale.ROOT, "%s ended at %.3f s: %s", source, end, problem));
      }
    }
  }

  PipelineGraph graph() {
    return graph;
  }

  List<String> warnings() {
    return warnings.list();
  }

  synchronized PipelineStats stats() {
    return last != null ? last : accounts.snapshot(graph.batch(), false);
  }

  void close() {
    synchronized (this) {
      if (closing) {
        return;
      }
      closing = true;
    }
    if (hasBranches) {
      drain();
    }
    stop();
    states.writeLock().lock();
    try {
      bus.close();
      accounts.end();
      graph.stop();
      puller.close();
      synchronized (this) {
        last = accounts.snapshot(graph.batch(), true);
        phase = Phase.CLOSED;
        notifyAll();
        graph.dispose();
      }
    } finally {
      states.writeLock().unlock();
    }
  }

  /** Where another thread has the batches, that one drains. */
  private void drain() {
    synchronized (this) {
      if (phase != Phase.RUNNING || stopped || failures.isBroken()) {
        return;
      }
    }
    endOfStream();
    if (awaitUser()) {
      pull();
      awaitSinks();
    }
  }

  /** Whether the batches are this thread's. */
  private synchronized boolean awaitUser() {
    boolean interrupted = false;
    while (user != null && user != Thread.currentThread() && user.isAlive() && !drainIsOver()) {
      try {
        wait(TimeUnit.NANOSECONDS.toMillis(SLICE_NS));
      } catch (InterruptedException e) {
        interrupted = true;
        break;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
    return phase == Phase.RUNNING && (user == null || user == Thread.currentThread());
  }
}
