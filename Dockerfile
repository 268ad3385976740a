# SPDX-License-Identifier: Apache-2.0
#
# GStreamer with the Savant plugin. BASE is Debian 12, Ubuntu 22.04 or 24.04, or
# an image made from one of them, such as a DeepStream image.
ARG BASE=debian:12

FROM ${BASE} AS toolchain
WORKDIR /src
COPY scripts/bootstrap.sh scripts/
RUN scripts/bootstrap.sh

FROM toolchain AS native
COPY . .
RUN make native

FROM ${BASE} AS runtime
WORKDIR /opt/savant
COPY scripts/bootstrap.sh scripts/
RUN scripts/bootstrap.sh runtime
COPY --from=native /src/gst-plugin/target/native/release/native/ native/
ENV GST_PLUGIN_PATH=/opt/savant/native
CMD ["gst-inspect-1.0", "savant"]
