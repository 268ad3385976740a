/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.lowlevel;

/**
 * One reference to a GstBuffer and who shares it: a SharedBuffer, the views of its slots and the
 * batch it came from. The last of them to let go drops the reference. Any thread.
 */
public final class BufferHold {
  /** 0 once the reference is gone. */
  private long address;

  /** Whether the reference is a view's own, which other owners of the buffer count. */
  private final boolean isExport;

  private int owners = 1;
  private int views;

  /**
   * Creates a hold with one owner.
   *
   * @param address the address of a GstBuffer; a reference to it is taken over
   */
  public BufferHold(long address) {
    this(address, false);
  }

  private BufferHold(long address, boolean isExport) {
    this.address = address;
    this.isExport = isExport;
  }

  /**
   * Creates a hold whose owner is a view with a reference of its own.
   *
   * @param address the address of a GstBuffer; a reference that savant_view_info took is taken over
   * @return the hold
   */
  public static BufferHold ofView(long address) {
    BufferHold hold = new BufferHold(address, true);
    hold.views++;
    return hold;
  }

  /**
   * Returns the address.
   *
   * @return the address, 0 if the buffer was given away or nobody holds it any more
   */
  public synchronized long address() {
    return address;
  }

  /**
   * Returns how many share the reference.
   *
   * @return 0 or more
   */
  public synchronized int owners() {
    return owners;
  }

  /**
   * Returns how many of the owners are views.
   *
   * @return 0 or more
   */
  public synchronized int views() {
    return views;
  }

  /** Adds an owner that is no view. */
  public synchronized void addOwner() {
    owners++;
  }

  /** Adds a view. */
  public synchronized void addView() {
    owners++;
    views++;
  }

  /** Takes a view away. */
  public void removeView() {
    synchronized (this) {
      views--;
    }
    removeOwner();
  }

  /** Takes an owner away; the last one drops the reference. */
  public void removeOwner() {
    long dropped = 0;
    synchronized (this) {
      if (--owners == 0) {
        dropped = address;
        address = 0;
      }
    }
    if (dropped != 0 && isExport) {
      SavantAPI.check(
          SavantAPI.savant_buffer_release_export(dropped), "savant_buffer_release_export");
    } else if (dropped != 0) {
      SavantAPI.check(SavantAPI.savant_buffer_unref(dropped), "savant_buffer_unref");
    }
  }

  /**
   * Gives the reference away and takes an owner away.
   *
   * @return the address, whose reference is the caller's
   */
  public synchronized long give() {
    long given = address;
    address = 0;
    owners--;
    return given;
  }
}
