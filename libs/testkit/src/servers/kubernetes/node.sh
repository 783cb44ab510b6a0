# First process of a node, in network, mount and process namespaces of its own (unshare, start-kubernetes-node.ts): when it
# ends, so do all pods, and what they have mounted and the network that they had is gone with the namespaces.
set -eu

# The folders of the machine are seen as they are, but for those that programs of a node write to under fixed names.
mount -t tmpfs tmpfs /run
mkdir /run/netns /run/cgroup
touch /run/netns/machine
mount --bind "/proc/$MACHINE_PID/ns/net" /run/netns/machine
mount -t tmpfs tmpfs /var/lib
mount -t tmpfs tmpfs /var/log
# A /sys of these namespaces, with the machine's cgroups.
mount --move /sys/fs/cgroup /run/cgroup
mount -t sysfs sysfs /sys
mount --move /run/cgroup /sys/fs/cgroup
mount -t proc proc /proc

# What a kubelet would set for the whole machine it finds as it wants it.
pretend() {
  file="$NODE_FOLDER/$(basename "$1")"
  echo "$2" > "$file"
  mount --bind "$file" "/proc/sys/$1"
}
pretend vm/overcommit_memory 1
pretend vm/panic_on_oom 0
pretend kernel/panic 10
pretend kernel/panic_on_oops 1
pretend kernel/keys/root_maxkeys 1000000
pretend kernel/keys/root_maxbytes 25000000

# A name that is not the cluster's is refused at once, and not looked for where nothing answers. Without this file 127.0.0.1 is
# asked, which is the node's DNS as well.
[ ! -e /etc/resolv.conf ] || mount --bind "$NODE_FOLDER/resolv.conf" /etc/resolv.conf

# Volumes that the kubelet mounts are seen by containerd, and by pods.
mount --make-rshared /

# A cgroup of the node's own, in each hierarchy.
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/*; do
  [ -e "$hierarchy/cgroup.procs" ] || continue
  case $hierarchy in */unified) continue ;; esac
  mkdir -p "$hierarchy/$NODE_CGROUP"
  for setting in cpuset.cpus cpuset.mems; do
    [ ! -e "$hierarchy/$setting" ] || cat "$hierarchy/$setting" > "$hierarchy/$NODE_CGROUP/$setting"
  done
done

machine() {
  nsenter --net=/run/netns/machine "$@"
}
ip link set lo up
# Of a node that was killed, the kernel may not have taken it away yet.
machine ip link del "$NODE_DEVICE" 2> /dev/null || true
ip link add eth0 type veth peer name "$NODE_DEVICE" netns machine
ip addr add "$NODE_ADDRESS/24" dev eth0
ip link set eth0 up
machine ip addr add "$MACHINE_ADDRESS/24" dev "$NODE_DEVICE"
machine ip link set "$NODE_DEVICE" up
machine ip route add "$NODE_PODS" via "$NODE_ADDRESS"
machine ip route add "$NODE_SERVICES" via "$NODE_ADDRESS"
ip route add default via "$MACHINE_ADDRESS"
umount /run/netns/machine
echo 1 > /proc/sys/net/ipv4/ip_forward
# Pods beside each other on the bridge reach Services as well.
echo 1 > /proc/sys/net/bridge/bridge-nf-call-iptables

# What an earlier start has left.
rm -f "$CONTAINERD_SOCKET"
"$CONTAINERD" --config "$NODE_FOLDER/containerd.toml" > "$NODE_FOLDER/containerd.log" 2>&1 &
while [ ! -S "$CONTAINERD_SOCKET" ]; do sleep 0.02; done
"$CTR" --address "$CONTAINERD_SOCKET" --namespace k8s.io images import "$PAUSE_IMAGE"
"$COREDNS" -conf "$NODE_FOLDER/Corefile" > "$NODE_FOLDER/coredns.log" 2>&1 &
"$KUBE_PROXY" --config "$NODE_FOLDER/kube-proxy.json" > "$NODE_FOLDER/kube-proxy.log" 2>&1 &
"$KUBELET" --config "$NODE_FOLDER/kubelet.json" --kubeconfig "$NODE_FOLDER/kubelet.kubeconfig" \
  --hostname-override "$NODE_NAME" --node-ip "$NODE_ADDRESS" --root-dir "$NODE_FOLDER/kubelet" \
  --cert-dir "$NODE_FOLDER/certificates" &
wait $!
