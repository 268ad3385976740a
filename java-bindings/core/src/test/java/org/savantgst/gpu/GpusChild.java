/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.gpu;

import java.util.function.Supplier;

/** Prints what {@link Gpus} says of a GPU. */
public final class GpusChild {
  private GpusChild() {}

  /** The only argument is the GPU. */
  public static void main(String[] args) {
    int gpu = Integer.parseInt(args[0]);
    print("kernel", Gpus::isJetsonKernel);
    print("architecture", () -> Gpus.gpuArchitecture(gpu));
    print("used", () -> Gpus.gpuMemUsedMib(gpu));
    print("tag", () -> Gpus.gpuPlatformTag(gpu));
    print("nvenc", () -> Gpus.hasNvenc(gpu));
    print("jetson", () -> Gpus.jetsonModel(gpu));
    print(
        "init",
        () -> {
          Gpus.initCuda(gpu);
          return "done";
        });
  }

  private static void print(String name, Supplier<Object> value) {
    try {
      System.out.println(name + " " + value.get());
    } catch (RuntimeException e) {
      System.out.println(name + " " + e.getMessage());
    }
  }
}
