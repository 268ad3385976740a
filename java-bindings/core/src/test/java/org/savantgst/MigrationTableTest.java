/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertTrue;

import java.io.IOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.testng.annotations.Test;

/** What MIGRATION.md names is there, public, and written as it is declared. */
public class MigrationTableTest {
  private static final Pattern NAME =
      Pattern.compile("`((?:surface|meta|interop|gpu)\\.[^`#]+)(?:#([^`(]+)(?:\\(([^`)]*)\\))?)?`");

  private static List<String> rows() throws IOException {
    Path table = Path.of(System.getProperty("basedir", "."), "../MIGRATION.md");
    try (Stream<String> lines = Files.lines(table)) {
      return lines.filter(line -> line.startsWith("| ")).skip(1).toList();
    }
  }

  private static Class<?> type(String name) throws ClassNotFoundException {
    int packages = name.indexOf('.');
    String classes = name.substring(packages + 1).replace('.', '$');
    return Class.forName("org.savantgst." + name.substring(0, packages) + "." + classes);
  }

  private static boolean isDeclared(Class<?> type, String member, String parameters) {
    if (parameters == null) {
      return Arrays.stream(type.getFields())
          .anyMatch(field -> field.getName().equals(member) && isStatic(field));
    }
    boolean isConstructor = member.equals(type.getSimpleName());
    Executable[] candidates = isConstructor ? type.getConstructors() : type.getMethods();
    return Arrays.stream(candidates)
        .filter(candidate -> isConstructor || candidate.getName().equals(member))
        .anyMatch(candidate -> parametersOf(candidate).equals(parameters));
  }

  private static boolean isStatic(Member member) {
    return Modifier.isStatic(member.getModifiers());
  }

  private static String parametersOf(Executable executable) {
    return Arrays.stream(executable.getParameterTypes())
        .map(Class::getSimpleName)
        .collect(Collectors.joining(","));
  }

  @Test
  public void everyNameIsThere() throws IOException {
    List<String> missing = new ArrayList<>();
    int names = 0;
    for (String row : rows()) {
      String[] columns = row.split(" \\| ?", -1);
      assertTrue(columns.length >= 3, row);
      assertTrue(NAME.matcher(columns[1]).find(), "no Java name: " + row);
      for (Matcher name = NAME.matcher(row); name.find(); names++) {
        try {
          Class<?> type = type(name.group(1));
          boolean found =
              Modifier.isPublic(type.getModifiers())
                  && (name.group(2) == null || isDeclared(type, name.group(2), name.group(3)));
          if (!found) {
            missing.add(name.group());
          }
        } catch (ClassNotFoundException e) {
          missing.add(name.group());
        }
      }
    }
    assertEquals(missing, List.of());
    assertTrue(names > 150, names + " names");
  }

  @Test
  public void noRowStandsTwice() throws IOException {
    Set<String> seen = new HashSet<>();
    for (String row : rows()) {
      assertTrue(seen.add(row.split("[|(]")[1].strip()), row);
    }
    assertEquals(seen.size(), 117, "names of the Python module");
  }
}
