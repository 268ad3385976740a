/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
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

  private final List<Source> sources;
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

  /** Held while the elements start, and while they stop. */
  private final Lock states = new ReentrantLock();

  /* Guarded by this. */
  private Phase phase = Phase.NEW;
  private boolean stopped;
  private boolean closing;
  private boolean endAsked;
  private long endAskedNs;
  private Thread user;
  private PipelineStats last;

  PipelineLife(BatchPipelineBuilder b) {
    sources = List.copyOf(b.sources);
    int[] sourceIds = b.sourceIds();
    onSourceError = b.onSourceError;
    hasBranches = !b.branches.isEmpty();
    failures = new Failures(sources.size());
    warnings = new Warnings(b.onWarning, this::onListenerFailure);
    accounts = new Accounts(sources, sourceIds);
    graph = new PipelineGraph(sources, sourceIds, b.output());
    puller = new BatchPuller(graph.sink());
    view = puller.view();
    watch = new SourceWatch(graph, failures, sources, this::onDead);
    bus = new BusWatch(graph.pipeline(), sources, hasBranches, this::onFailure, warnings::add);
  }

  void start() {
    states.lock();
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
      states.unlock();
    }
  }

  /** Whether batches may come. */
  private boolean startAll() {
    for (int i = 0; i < sources.size(); i++) {
      Path file = sources.get(i).file();
      String problem = file == null ? null : FileCheck.problem(file);
      if (problem != null) {
        onFailure(failure(BusWatch.binName(i), problem, i));
      }
    }
    boolean goOn = onSourceError == SourceErrors.CONTINUE;
    if (!goOn && !failures.isEmpty()) {
      return false;
    }
    if (!graph.startOutput()) {
      awaitFailure(-1);
      return false;
    }
    for (int i = 0; i < sources.size(); i++) {
      if (!failures.isFailed(i) && !graph.startSource(i)) {
        awaitFailure(i);
        if (!goOn) {
          return false;
        }
      }
    }
    return true;
  }

  private PipelineException failure(String element, String text, int source) {
    return new PipelineException(
        element, text, "", source, source < 0 ? "" : sources.get(source).name());
  }

  /** The bus tells on another thread why a state change failed. */
  private void awaitFailure(int source) {
    if (!failures.await(source, MESSAGE_MS)) {
      String element = source < 0 ? "pipeline" : BusWatch.binName(source);
      onFailure(failure(element, "it could not start", source));
    }
  }

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
      for (int i = 0; i < sources.size(); i++) {
        if (!failures.isFailed(i)) {
          graph.endSource(i);
        }
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

  private void onFailure(PipelineException e) {
    if (!failures.add(e)) {
      return;
    }
    if (e.source().isEmpty()) {
      puller.stop();
    } else if (onSourceError == SourceErrors.STOP) {
      endOfStream();
    }
  }

  private void onDead(int source) {
    String text = "nothing comes of it: it is damaged, or no plugin can read it";
    onFailure(failure(BusWatch.binName(source), text, source));
  }

  private void onListenerFailure(Throwable cause) {
    PipelineException e = failure("pipeline", "the listener for warnings threw " + cause, -1);
    e.initCause(cause);
    onFailure(e);
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
    for (int i = 0; i < sources.size(); i++) {
      Path file = sources.get(i).file();
      String problem = file == null || failures.isFailed(i) ? null : FileCheck.truncation(file);
      if (problem != null) {
        double end = accounts.lastEndNs(i) / 1e9;
        warnings.add(
            String.format(Locale.ROOT, "%s ended at %.3f s: %s", sources.get(i), end, problem));
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
    states.lock();
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
      states.unlock();
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
