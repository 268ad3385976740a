/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ctrl-C and SIGTERM: the first one asks the program to finish, the second one ends it at once. A
 * shutdown hook could not tell them apart. Signals that the JVM was told to leave alone stay so.
 */
final class Interrupts implements AutoCloseable {
  private static final int EXIT_CODE_BASE = 128;

  private final Runnable first;
  private final AtomicInteger signal = new AtomicInteger();
  private final Map<Object, Object> oldHandlers = new HashMap<>();

  /**
   * Listens until it is closed.
   *
   * @param first what the first signal does, on a thread of its own
   */
  Interrupts(Runnable first) {
    this.first = first;
    List.of("INT", "TERM").forEach(this::install);
  }

  /** The exit code of shells for the signal that came, 0 for none. */
  int exitCode() {
    int number = signal.get();
    return number == 0 ? 0 : EXIT_CODE_BASE + number;
  }

  /** The API of the JDK for signals is not one of Java, so that a compiler warns of its use. */
  private void install(String name) {
    try {
      Class<?> handlerClass = Class.forName("sun.misc.SignalHandler");
      Object handler =
          Proxy.newProxyInstance(
              handlerClass.getClassLoader(),
              new Class<?>[] {handlerClass},
              (self, method, args) ->
                  switch (method.getName()) {
                    case "handle" -> onSignal(args[0]);
                    case "equals" -> self == args[0];
                    case "hashCode" -> System.identityHashCode(self);
                    default -> name;
                  });
      Object number =
          Class.forName("sun.misc.Signal").getConstructor(String.class).newInstance(name);
      oldHandlers.put(number, handle(number, handler));
    } catch (ReflectiveOperationException e) {
      // -Xrs, or a Java without this: the signal ends the program.
    }
  }

  private static Object handle(Object signal, Object handler) throws ReflectiveOperationException {
    Class<?> handlerClass = Class.forName("sun.misc.SignalHandler");
    return signal
        .getClass()
        .getMethod("handle", signal.getClass(), handlerClass)
        .invoke(null, signal, handler);
  }

  private Object onSignal(Object received) throws ReflectiveOperationException {
    int number = (int) received.getClass().getMethod("getNumber").invoke(received);
    if (!signal.compareAndSet(0, number)) {
      Runtime.getRuntime().halt(EXIT_CODE_BASE + number);
    }
    first.run();
    return null;
  }

  /** Gives the signals back to whom they belonged before. */
  @Override
  public void close() {
    oldHandlers.forEach(
        (number, handler) -> {
          try {
            handle(number, handler);
          } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a signal handler cannot be restored", e);
          }
        });
  }
}
