/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.lowlevel;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells where objects were acquired that were never closed. Off, and without cost, unless the
 * system property {@code savant.leakDetection} is {@code paranoid}: then every owner of native
 * memory is watched from its acquisition to its close, and one that the garbage collector finds
 * unclosed is reported, with the stack of its acquisition, to the System.Logger {@code
 * org.savantgst.leaks} at level ERROR. It is not freed.
 */
public final class Leaks {
  private static final String PROPERTY = "savant.leakDetection";
  private static final boolean PARANOID = isParanoid(System.getProperty(PROPERTY, "off"));

  private Leaks() {}

  private static boolean isParanoid(String value) {
    if (!value.equals("off") && !value.equals("paranoid")) {
      throw new IllegalArgumentException(
          PROPERTY + " is \"" + value + "\": it can be \"off\" or \"paranoid\"");
    }
    return value.equals("paranoid");
  }

  /** The watch over one object. */
  public static final class Watch extends PhantomReference<Object> {
    private final Throwable acquired;

    private Watch(Object owner, String what) {
      super(owner, Reporter.QUEUE);
      acquired = new Throwable(what + " was acquired here and never closed");
    }

    private void end() {
      Reporter.OPEN.remove(this);
      clear();
    }
  }

  /** Exists only where leaks are looked for. */
  private static final class Reporter {
    static final ReferenceQueue<Object> QUEUE = new ReferenceQueue<>();
    static final Set<Watch> OPEN = ConcurrentHashMap.newKeySet();

    static {
      Thread thread = new Thread(Reporter::report, "savant-leaks");
      thread.setDaemon(true);
      thread.start();
    }

    private static void report() {
      System.Logger logger = System.getLogger("org.savantgst.leaks");
      try {
        for (; ; ) {
          Watch watch = (Watch) QUEUE.remove();
          if (OPEN.remove(watch)) {
            logger.log(
                System.Logger.Level.ERROR, "leak: " + watch.acquired.getMessage(), watch.acquired);
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Begins to watch an object.
   *
   * @param owner the object, which is to be closed one day
   * @param what its class, for the report
   * @return the watch, null where leaks are not looked for
   */
  public static Watch watch(Object owner, String what) {
    if (!PARANOID) {
      return null;
    }
    Watch watch = new Watch(owner, what);
    Reporter.OPEN.add(watch);
    return watch;
  }

  /**
   * Ends a watch, since its object was closed.
   *
   * @param watch the watch, null for none
   */
  public static void end(Watch watch) {
    if (watch != null) {
      watch.end();
    }
  }
}
