# SPDX-License-Identifier: GPL-2.0-or-later
# What fish offers after "baton". A test compares it with what the program knows.

function __baton_devices
    for path in /sys/bus/pci/devices/*
        path basename $path
    end
    set -l files /etc/baton/baton.conf /etc/baton/baton.conf.d/*.conf
    sed -n 's/^\[card \(.*\)\]$/\1/p' $files 2>/dev/null
end

# The guests that have a card: "0000:01:00    GUEST      libvirt:win11".
function __baton_guests
    baton status 2>/dev/null | sed -n 's/^[0-9a-f][0-9a-f:]* *[A-Z]* *\([^- ].*\)$/\1/p'
end

# The guests that are configured here, by their doors.
function __baton_definitions
    for path in /etc/libvirt/qemu/*.xml
        echo libvirt:(path basename -E $path)
    end
    __baton_vmids
    for path in /etc/baton/guests/*.conf
        grep -qs '^unit' $path; and echo qemu:(path basename -E $path)
    end
end

# The guests of Proxmox VE by their numbers.
function __baton_vmids
    for path in /etc/pve/qemu-server/*.conf
        basename $path .conf
    end
end

function __baton_is
    set -l words (commandline -opc)
    set -q words[2]; and contains -- $words[2] $argv
end

function __baton_is_bare
    test (count (commandline -opc)) -eq 1
end

complete -c baton -f
complete -c baton -n __baton_is_bare -a list -d 'the hardware, and who keeps it busy'
complete -c baton -n __baton_is_bare -a report -d 'the hardware as one page of HTML'
complete -c baton -n __baton_is_bare -a check -d 'what keeps a hand-over from working, and what helps'
complete -c baton -n __baton_is_bare -a plan -d 'what a hand-over would change, or why it is refused'
complete -c baton -n __baton_is_bare -a start -d 'start a guest through its hypervisor'
complete -c baton -n __baton_is_bare -a stop -d 'stop a guest, and wait until its devices are home'
complete -c baton -n __baton_is_bare -a rehearse -d 'hand over without a guest, and bring everything home'
complete -c baton -n __baton_is_bare -a detach -d 'take devices from the host, ready for a guest'
complete -c baton -n __baton_is_bare -a reattach -d 'bring devices home'
complete -c baton -n __baton_is_bare -a status -d 'who has which card'
complete -c baton -n __baton_is_bare -a wait -d 'wait until a guest or the host has everything'
complete -c baton -n __baton_is_bare -a repair -d 'put right what an interrupted hand-over left'
complete -c baton -n __baton_is_bare -a forget -d 'another device is meant than a guest had'
complete -c baton -n __baton_is_bare -a run -d 'run a QEMU with the devices in its arguments'
complete -c baton -n __baton_is_bare -a rom -d 'a video BIOS into a file, and what is wrong with it'
complete -c baton -n __baton_is_bare -a advise -d 'what to change in a guest for the hardware at hand'
complete -c baton -n __baton_is_bare -a capture -d 'this machine as one text, for reports and tests'
complete -c baton -n __baton_is_bare -a install -d 'have libvirt and Proxmox VE call baton, or say who does'
complete -c baton -n __baton_is_bare -a uninstall -d 'take back what install has changed'
complete -c baton -n __baton_is_bare -a boot -d 'what the machine does with its cards when it starts'
complete -c baton -n __baton_is_bare -l version -d 'the release'
complete -c baton -s h -l help -d 'the commands, or the options of one'
complete -c baton -n '__baton_is list check plan start stop rehearse detach reattach status rom advise install uninstall boot' -l json -d 'report as JSON'
complete -c baton -n '__baton_is list report check plan status advise capture install boot' -l root -r -F \
    -d 'read a captured machine'
complete -c baton -n '__baton_is report' -l serials -d 'with serial numbers and addresses'
complete -c baton -n '__baton_is report' -l svg -d 'the drawing alone'
complete -c baton -n '__baton_is list report' -l cards -d 'only cards with a picture'
complete -c baton -n '__baton_is list report' -l device -x -a '(__baton_devices)' -d 'only this device'
complete -c baton -n '__baton_is list report' -l group -x -a '(path basename /sys/kernel/iommu_groups/*)' -d 'only this IOMMU group'
complete -c baton -n '__baton_is check' -l explain -x -d 'all that is known of a finding'
complete -c baton -n '__baton_is check' -l only -x -d 'look for these findings alone'
complete -c baton -n '__baton_is list' -l holders -d 'only who keeps them busy'
complete -c baton -n '__baton_is detach reattach run' -l no-guard -d 'start no guard'
complete -c baton -n '__baton_is reattach' -l cycle -d 'take cards that are home to VFIO and back'
complete -c baton -n '__baton_is wait' -l state -x -a 'host guest' -d 'who is to have it'
complete -c baton -n '__baton_is start stop rehearse wait' -l timeout -x -d 'go on, or give up, after so long'
complete -c baton -n '__baton_is advise' -l apply -d 'have the hypervisor change it'
complete -c baton -n '__baton_is advise' -l looking-glass -x -d 'memory for a picture of that size'
complete -c baton -n '__baton_is advise' -l only -x -d 'only these'
complete -c baton -n '__baton_is advise' -l rom -r -F -d 'for the card'
complete -c baton -n '__baton_is stop' -l force -d 'do not ask the guest'
complete -c baton -n '__baton_is run' -l guest -x -d 'call the guest so'
complete -c baton -n '__baton_is list report check plan advise rehearse detach reattach wait' -a '(__baton_devices)'
complete -c baton -n '__baton_is list report check plan advise start stop rehearse detach forget' -a '(__baton_definitions)'
complete -c baton -n '__baton_is reattach repair wait' -a '(__baton_guests)'
complete -c baton -n '__baton_is start rehearse detach reattach install uninstall boot' -s n -l dry-run -d 'only say what would be done'
complete -c baton -n '__baton_is capture' -l keep-names -d 'leave ids and names as they are'
complete -c baton -n '__baton_is capture' -F
complete -c baton -n '__baton_is install' -l list -d 'only say which guest has which door'
complete -c baton -n '__baton_is install uninstall' -a 'libvirt proxmox all (__baton_vmids)'
complete -c baton -n '__baton_is rom' -F -a 'dump check mend (__baton_devices)'
complete -c baton -n '__baton_is boot' -s y -l yes -d 'do not ask'
complete -c baton -n '__baton_is boot' -l on-demand -d 'setup: the host has all cards, and hands them over'
complete -c baton -n '__baton_is boot' -l permanent -d 'setup: guests have these cards for good'
complete -c baton -n '__baton_is boot' -a 'status setup enable-iommu assign release clean undo'
