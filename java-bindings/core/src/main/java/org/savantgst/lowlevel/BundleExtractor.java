/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.lowlevel;

import com.sun.jna.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Extracts the natives of this platform from the class path, as one directory that is used again
 * while its files have the hashes that the jar names.
 */
final class BundleExtractor {
  static final String WORK_DIRECTORY_PROPERTY = "savant.native.workdir";

  private static final String FOLDER = "savant/native/" + Platform.RESOURCE_PREFIX + "/";
  private static final String INDEX = FOLDER + "bundle.properties";
  private static final String HASH_PREFIX = "sha256.";

  private BundleExtractor() {}

  /** The index of a bundle: version and the hash of each file. */
  private record Bundle(byte[] index, String version, Map<String, String> hashes) {
    String key() {
      return version + "-" + sha256(index).substring(0, 16);
    }
  }

  /** Returns the directory with the extracted files. */
  static Path extract() throws IOException {
    ClassLoader loader = BundleExtractor.class.getClassLoader();
    Bundle bundle = read(findIndex(loader));
    Path parent = userDirectory();
    Path directory = parent.resolve(bundle.key());
    try (FileChannel channel =
            FileChannel.open(
                parent.resolve(bundle.key() + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = lock(channel)) {
      if (lock.isValid()) {
        Files.createDirectories(directory);
        for (Map.Entry<String, String> file : bundle.hashes.entrySet()) {
          extractFile(loader, directory, file.getKey(), file.getValue());
        }
      }
    }
    return directory;
  }

  /** What to do where a library cannot be mapped, or "". */
  static String hint(String message) {
    if (message == null || !message.contains("failed to map segment")) {
      return "";
    }
    return " (its file system seems to be mounted noexec: name a directory on another one by -D"
        + WORK_DIRECTORY_PROPERTY
        + ")";
  }

  private static byte[] findIndex(ClassLoader loader) throws IOException {
    List<URL> places = new ArrayList<>();
    byte[] index = null;
    for (Enumeration<URL> found = loader.getResources(INDEX); found.hasMoreElements(); ) {
      URL place = found.nextElement();
      byte[] bytes;
      try (InputStream in = place.openStream()) {
        bytes = in.readAllBytes();
      }
      if (index != null && !Arrays.equals(index, bytes)) {
        throw new IOException(
            "two different bundles on the class path: " + places.get(0) + " and " + place);
      }
      places.add(place);
      index = bytes;
    }
    if (index == null) {
      throw new IOException(
          "no "
              + INDEX
              + " on the class path: add the jar savant-gst-plugin with the classifier of this"
              + " platform");
    }
    return index;
  }

  private static Bundle read(byte[] index) throws IOException {
    Properties properties = new Properties();
    properties.load(new java.io.StringReader(new String(index, StandardCharsets.UTF_8)));
    Map<String, String> hashes = new TreeMap<>();
    for (String key : properties.stringPropertyNames()) {
      if (key.startsWith(HASH_PREFIX)) {
        hashes.put(key.substring(HASH_PREFIX.length()), properties.getProperty(key));
      }
    }
    String version = properties.getProperty("version");
    for (String name : hashes.keySet()) {
      if (name.contains("/") || name.startsWith(".")) {
        throw new IOException(INDEX + ": \"" + name + "\" is no file name");
      }
    }
    if (version == null || version.contains("/") || hashes.isEmpty()) {
      throw new IOException(INDEX + ": no version or no sha256 of any file");
    }
    return new Bundle(index, version, hashes);
  }

  private static Path userDirectory() throws IOException {
    String base = System.getProperty(WORK_DIRECTORY_PROPERTY, System.getProperty("java.io.tmpdir"));
    String user = System.getProperty("user.name");
    Path directory =
        Path.of(base).toAbsolutePath().resolve("savant_" + user.replaceAll("[^\\w.-]", "_"));
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] mine =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
            }
            : new FileAttribute<?>[0];
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory.getParent());
      try {
        Files.createDirectory(directory, mine);
      } catch (java.nio.file.FileAlreadyExistsException e) {
        if (!Files.isDirectory(directory)) {
          throw e;
        }
      }
    }
    if (posix && !Files.getOwner(directory).getName().equals(user)) {
      throw new IOException(
          directory
              + " belongs to "
              + Files.getOwner(directory)
              + ": remove it or name another directory by -D"
              + WORK_DIRECTORY_PROPERTY);
    }
    return directory;
  }

  /** Waits for other processes and, unlike the lock itself, for other class loaders. */
  private static FileLock lock(FileChannel channel) throws IOException {
    while (true) {
      try {
        return channel.lock();
      } catch (OverlappingFileLockException e) {
        try {
          Thread.sleep(20);
        } catch (InterruptedException interrupt) {
          Thread.currentThread().interrupt();
          throw new IOException("interrupted while waiting for another class loader", interrupt);
        }
      }
    }
  }

  private static void extractFile(ClassLoader loader, Path directory, String name, String hash)
      throws IOException {
    Path file = directory.resolve(name);
    if (Files.isRegularFile(file) && sha256(Files.readAllBytes(file)).equals(hash)) {
      return;
    }
    byte[] bytes;
    try (InputStream in = loader.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new IOException("no " + FOLDER + name + " beside " + INDEX);
      }
      bytes = in.readAllBytes();
    }
    if (!sha256(bytes).equals(hash)) {
      throw new IOException(
          FOLDER + name + " has SHA-256 " + sha256(bytes) + ", " + INDEX + " says " + hash);
    }
    Path temporary = Files.createTempFile(directory, name, ".part");
    try {
      Files.write(temporary, bytes);
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
