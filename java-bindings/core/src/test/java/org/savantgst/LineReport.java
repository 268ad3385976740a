/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst;

import java.util.Arrays;
import org.testng.ITestListener;
import org.testng.ITestResult;

/** One line for each test, where TestNG runs without Maven. */
public class LineReport implements ITestListener {
  private static void print(String outcome, ITestResult result, boolean why) {
    StringBuilder line = new StringBuilder(outcome).append(' ');
    line.append(result.getTestClass().getRealClass().getSimpleName());
    line.append('.').append(result.getMethod().getMethodName());
    Object[] parameters = result.getParameters();
    if (parameters.length > 0) {
      line.append(' ').append(Arrays.deepToString(parameters));
    }
    Throwable thrown = result.getThrowable();
    if (why && thrown != null) {
      line.append(": ").append(thrown);
      Arrays.stream(thrown.getStackTrace())
          .filter(frame -> frame.getClassName().startsWith("org.savantgst"))
          .limit(6)
          .forEach(frame -> line.append(System.lineSeparator()).append("    ").append(frame));
    }
    System.out.println(line);
  }

  @Override
  public void onTestSuccess(ITestResult result) {
    print("passed", result, false);
  }

  @Override
  public void onTestFailure(ITestResult result) {
    print("FAILED", result, true);
  }

  @Override
  public void onTestSkipped(ITestResult result) {
    print("skipped", result, true);
  }
}
